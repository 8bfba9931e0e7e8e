"""Permissions come from roles; passwords work as usual, by an address in any case."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.access.models import Membership
from accounts.models import User
from tenants.context import use, use_public

PASSWORD = "a password"


def _user(*roles: str, **fields: Any) -> User:
    user = User.objects.create_user("ruth@example.com", PASSWORD, is_staff=True, **fields)
    for role in roles:
        Membership.objects.create(user=user, role=role)
    return user


def test_a_role_gives_its_permissions(north: Any) -> None:
    user = _user("receptionist")

    assert user.has_perm("scheduling.add_client")
    assert not user.has_perm("scheduling.delete_client")
    assert user.has_module_perms("bookings")
    assert not user.has_module_perms("accounts")


def test_without_a_role_nobody_may_anything(north: Any) -> None:
    user = _user()

    assert not user.has_perm("bookings.view_coachbooking")
    assert not user.has_module_perms("bookings")


def test_who_is_switched_off_may_nothing_and_can_not_sign_in(north: Any) -> None:
    user = _user("administrator", is_active=False)

    assert not user.has_perm("bookings.view_coachbooking")
    assert not user.has_module_perms("bookings")
    assert authenticate(username=user.email, password=PASSWORD) is None


def test_djangos_own_permissions_and_groups_give_nothing(north: Any) -> None:
    from django.contrib.auth.models import Permission

    user = _user()
    user.user_permissions.set(Permission.objects.all())

    assert not User.objects.get(pk=user.pk).has_perm("bookings.view_coachbooking")


def test_a_superuser_may_all(north: Any) -> None:
    assert User.objects.create_superuser("root@example.com", PASSWORD).has_perm("anything.at_all")


def test_an_operator_of_the_platform_has_no_roles(north: Any) -> None:
    with use_public():
        operator = User.objects.create_user("olga@example.com", PASSWORD, is_staff=True)
        assert not operator.has_perm("tenants.view_tenant")


def test_roles_end_at_the_tenant(north: Any, south: Any) -> None:
    user = _user("administrator")
    with use(south):
        twin = User.objects.create_user(user.email, PASSWORD, id=user.pk)

        assert not twin.has_perm("bookings.view_coachbooking")


@pytest.mark.parametrize("email", ["ruth@example.com", "RUTH@example.com", "Ruth@Example.Com"])
def test_the_address_signs_in_in_any_case(north: Any, email: str) -> None:
    user = _user()

    assert authenticate(username=email, password=PASSWORD) == user
    assert authenticate(username=email, password="wrong") is None


def test_an_address_belongs_to_one_user_of_a_tenant(north: Any) -> None:
    _user()

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("RUTH@example.com", PASSWORD)


def test_a_membership_is_given_once(north: Any) -> None:
    user = _user("coach")

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, role="coach")


def test_the_command_makes_somebody_who_may_sign_in(north: Any) -> None:
    with use_public():
        call_command("create_staff_user", "north", "new@example.com", role="manager", password=PASSWORD)

    user = authenticate(username="new@example.com", password=PASSWORD)
    assert isinstance(user, User)
    assert user.is_staff
    assert user.has_perm("bookings.change_officehour")
    with use_public(), pytest.raises(CommandError, match="exists in north already"):
        call_command("create_staff_user", "north", "NEW@example.com", password=PASSWORD)
    with use_public(), pytest.raises(CommandError, match="no tenant 'nowhere'"):
        call_command("create_staff_user", "nowhere", "new@example.com", password=PASSWORD)


def test_scopes_that_do_not_exist_are_refused(north: Any) -> None:
    from django.core.exceptions import ValidationError

    from accounts.access.models import validate_scopes

    validate_scopes(["read:clients", "act-as"])
    with pytest.raises(ValidationError, match="read:everything"):
        validate_scopes(["read:clients", "read:everything"])
