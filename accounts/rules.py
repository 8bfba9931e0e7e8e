"""Who may do what in the admin. Pure: roles and permission names in, yes or no out."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    RECEPTIONIST = "receptionist"
    COACH = "coach"


# The apps whose models each role sees, and those that it may change. An administrator may all.
_SEES: Final = {
    Role.MANAGER: {"scheduling", "bookings", "visits", "notifications", "brands"},
    Role.RECEPTIONIST: {"scheduling", "bookings", "visits", "notifications"},
    Role.COACH: {"bookings"},
}
_CHANGES: Final = {
    Role.MANAGER: {"scheduling", "bookings", "visits"},
    Role.RECEPTIONIST: {
        "bookings.change_coachbooking",
        "scheduling.add_client",
        "scheduling.add_person",
        "scheduling.change_client",
        "scheduling.change_person",
    },
    Role.COACH: {
        "bookings.change_coachbooking",
        "bookings.change_officehour",
        "bookings.add_officehourexception",
        "bookings.change_officehourexception",
        "bookings.delete_officehourexception",
    },
}
# These see and change nothing but what is their own, which the admin's querysets see to.
OWN_ONLY: Final = frozenset({Role.COACH})


def may(*, roles: Iterable[Role], permission: str) -> bool:
    """Whether one of the roles has a Django permission such as `bookings.view_coachbooking`."""
    app, _, codename = permission.partition(".")
    for role in roles:
        if role is Role.ADMINISTRATOR:
            return True
        if codename.startswith("view_") and app in _SEES[role]:
            return True
        if app in _CHANGES[role] or permission in _CHANGES[role]:
            return True
    return False


def sees_app(*, roles: Iterable[Role], app: str) -> bool:
    """Whether one of the roles sees anything of an app."""
    return any(role is Role.ADMINISTRATOR or app in _SEES[role] for role in roles)
