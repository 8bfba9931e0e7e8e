"""Permissions come from roles; passwords work as usual, by an address in any case."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.access.models import Membership
from accounts.backends import brands_for, own_brands_for
from accounts.models import User
from tenants.brands.models import Brand
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


def test_a_role_grants_its_permissions_in_its_brand(north: Any) -> None:
    kids = Brand.objects.create(slug="kids", name="Kids")
    user = _user()
    Membership.objects.create(user=user, role="manager", brand=kids)
    Membership.objects.create(user=user, role="receptionist")
    Membership.objects.create(user=user, role="coach")

    assert brands_for(user, "bookings.change_officehour") == {kids.pk}
    assert own_brands_for(user, "bookings.change_officehour") is None
    assert brands_for(user, "bookings.view_officehour") is None
    assert brands_for(user, "accounts.view_user") == set()
    assert own_brands_for(user, "scheduling.view_client") == set()


def test_who_is_switched_off_has_no_brands_and_a_superuser_all(north: Any) -> None:
    assert brands_for(_user("administrator", is_active=False), "bookings.view_coachbooking") == set()
    assert brands_for(AnonymousUser(), "bookings.view_coachbooking") == set()
    assert brands_for(User(is_superuser=True), "bookings.view_coachbooking") is None


def test_the_memberships_are_read_once(north: Any, django_assert_num_queries: Any) -> None:
    user = _user("receptionist")
    with django_assert_num_queries(1):
        user.has_perm("bookings.view_coachbooking")
        brands_for(user, "bookings.view_coachbooking")
        brands_for(user, "bookings.change_coachbooking")


def test_signing_in_looks_into_the_index(north: Any) -> None:
    _user()
    with CaptureQueriesContext(connection) as queries:
        User.objects.get_by_natural_key("RUTH@example.com")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {queries[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "user_email_unique" in plan
