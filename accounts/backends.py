"""Django's authentication backend: passwords as usual, permissions from roles."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend

from accounts import rules
from accounts.models import User
from tenants.context import current_schema
from tenants.models import PUBLIC_SCHEMA


def roles_of(user: User) -> list[rules.Role]:
    """The roles of a user in the current tenant, read once a request. Operators have none."""
    if not hasattr(user, "_roles"):
        roles: list[rules.Role] = []
        if current_schema() != PUBLIC_SCHEMA:
            from accounts.access.models import Membership  # noqa: PLC0415 - its table is the tenants' only

            roles = [rules.Role(role) for role in Membership.objects.filter(user=user).values_list("role", flat=True)]
        user._roles = roles  # type: ignore[attr-defined]  # noqa: SLF001
    return user._roles  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


def brands_of(user: User) -> set[UUID] | None:
    """The brands whose data a user may see in the admin; None means all of them."""
    if user.is_superuser:
        return None
    if not hasattr(user, "_brands"):
        from accounts.access.models import Membership  # noqa: PLC0415 - its table is the tenants' only

        brands = set(Membership.objects.filter(user=user).values_list("brand_id", flat=True))
        user._brands = None if None in brands else brands  # type: ignore[attr-defined]  # noqa: SLF001
    return user._brands  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


class RoleBackend(ModelBackend):
    """A superuser may all; everybody else what `accounts.rules` grants their roles."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:  # noqa: ARG002
        if not user_obj.is_active:
            return False
        return rules.may(roles=roles_of(user_obj), permission=perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return bool(user_obj.is_active) and rules.sees_app(roles=roles_of(user_obj), app=app_label)
