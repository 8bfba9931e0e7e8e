"""Django's authentication backend: passwords as usual, permissions from roles."""

from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts import rules
from accounts.attempts import take_attempt
from accounts.models import User
from tenants.context import current_schema
from tenants.models import PUBLIC_SCHEMA

Viewer: TypeAlias = User | AnonymousUser


def brands_for(user: Viewer, permission: str) -> set[UUID] | None:
    """The brands of which a user's roles grant them a permission for every row; None means all brands.

    A role that reaches its owner's rows alone doesn't count here: `own_brands_for`.
    """
    return _brands(user, permission, own=False)


def own_brands_for(user: Viewer, permission: str) -> set[UUID] | None:
    """The brands of which a user's roles grant them a permission for their own rows; None means all brands."""
    return _brands(user, permission, own=True)


def _brands(user: Viewer, permission: str, *, own: bool) -> set[UUID] | None:
    if not user.is_active:
        return set()
    if user.is_superuser:
        return None
    brands = {
        brand
        for role, brand in _memberships(user)
        if (role in rules.OWN_ONLY) is own and rules.may(roles=[role], permission=permission)
    }
    return None if None in brands else {brand for brand in brands if brand}


def _memberships(user: Any) -> list[tuple[rules.Role, UUID | None]]:
    """The roles of a user in the current tenant and their brands, read once a request. Operators have none."""
    if not hasattr(user, "_memberships"):
        rows: list[tuple[rules.Role, UUID | None]] = []
        if current_schema() != PUBLIC_SCHEMA:
            from accounts.access.models import Membership  # noqa: PLC0415 - its table is the tenants' only

            rows = [
                (rules.Role(role), brand)
                for role, brand in Membership.objects.filter(user=user).values_list("role", "brand_id")
            ]
        user._memberships = rows  # noqa: SLF001 - as ModelBackend keeps its permissions
    return user._memberships  # type: ignore[no-any-return]  # noqa: SLF001


def _roles(user: Any) -> list[rules.Role]:
    return [role for role, _brand in _memberships(user)]


class RoleBackend(ModelBackend):
    """A superuser may all; everybody else what `accounts.rules` grants their roles. Passwords are not tried often."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """As ModelBackend's. Raises TooManyAttemptsError and SignInUnavailableError (`accounts.attempts`)."""
        account = username if username is not None else kwargs.get(User.USERNAME_FIELD)
        if account is None or password is None:
            return None
        attempt = take_attempt(request, account=account)
        user = super().authenticate(request, username=account, password=password)
        if user is not None:
            attempt.succeeded()
        return user

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:  # noqa: ARG002
        if not user_obj.is_active:
            return False
        return rules.may(roles=_roles(user_obj), permission=perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return bool(user_obj.is_active) and rules.sees_app(roles=_roles(user_obj), app=app_label)
