"""The table of roles and permissions."""

import pytest

from accounts.rules import Role, may, sees_app

A, M, R, C = Role.ADMINISTRATOR, Role.MANAGER, Role.RECEPTIONIST, Role.COACH

# permission → who may.
TABLE = {
    "bookings.view_coachbooking": {A, M, R, C},
    "bookings.change_coachbooking": {A, M, R, C},
    "bookings.delete_coachbooking": {A, M},
    "bookings.view_officehour": {A, M, R, C},
    "bookings.change_officehour": {A, M, C},
    "bookings.add_officehour": {A, M},
    "bookings.add_officehourexception": {A, M, C},
    "scheduling.view_client": {A, M, R},
    "scheduling.add_client": {A, M, R},
    "scheduling.change_person": {A, M, R},
    "scheduling.delete_person": {A, M},
    "scheduling.change_staffmember": {A, M},
    "scheduling.add_closure": {A, M},
    "visits.view_provider": {A, M, R, C},
    "visits.change_provider": {A, M, C},
    "visits.add_provider": {A, M},
    "visits.view_visit": {A, M, R, C},
    "visits.change_visit": {A, M, R, C},
    "visits.change_slot": {A, M, R, C},
    "notifications.view_message": {A, M, R},
    "notifications.change_rule": {A, M},
    "notifications.view_template": {A, M, R},
    "notifications.change_template": {A, M},
    "brands.view_brand": {A, M},
    "brands.change_brand": {A},
    "accounts.view_user": {A},
    "accounts.change_user": {A},
    "access.change_membership": {A},
    "access.view_application": {A},
    "oauth2_provider.view_accesstoken": {A},
    "admin.view_logentry": {A},
}
APPS = {
    "bookings": {A, M, R, C},
    "scheduling": {A, M, R},
    "visits": {A, M, R, C},
    "notifications": {A, M, R},
    "brands": {A, M},
    "accounts": {A},
    "access": {A},
}


@pytest.mark.parametrize("permission", TABLE)
def test_who_may(permission: str) -> None:
    assert {role for role in Role if may(roles=[role], permission=permission)} == TABLE[permission]


@pytest.mark.parametrize("app", APPS)
def test_who_sees_an_app(app: str) -> None:
    assert {role for role in Role if sees_app(roles=[role], app=app)} == APPS[app]


def test_without_a_role_nothing_is_allowed_or_seen() -> None:
    assert not any(may(roles=[], permission=permission) for permission in TABLE)
    assert not any(sees_app(roles=[], app=app) for app in APPS)


@pytest.mark.parametrize("permission", TABLE)
def test_two_roles_may_what_either_may(permission: str) -> None:
    both = may(roles=[R, C], permission=permission)

    assert both == (may(roles=[R], permission=permission) or may(roles=[C], permission=permission))


@pytest.mark.parametrize("permission", ["", "bookings", ".", "view_coachbooking", "bookings.", "BOOKINGS.view_x"])
def test_what_is_no_permission_is_nobodys_but_the_administrators(permission: str) -> None:
    assert {role for role in (R, C) if may(roles=[role], permission=permission)} == set()
