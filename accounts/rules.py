"""Who may do what in the admin, and until when a key opens the API. Pure: values in, values out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, urlsplit


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    RECEPTIONIST = "receptionist"
    COACH = "coach"


# The apps whose models each role sees, and those that it may change. An administrator may all.
_SEES: Final = {
    Role.MANAGER: {"scheduling", "bookings", "visits", "notifications", "brands"},
    Role.RECEPTIONIST: {"scheduling", "bookings", "visits", "notifications"},
    Role.COACH: {"bookings", "visits"},
}
_CHANGES: Final = {
    Role.MANAGER: {
        "scheduling",
        "bookings",
        "visits",
        "notifications.change_message",
        "notifications.add_suppression",
        "notifications.change_suppression",
        "notifications.add_template",
        "notifications.change_template",
        "notifications.delete_template",
        "notifications.add_calendarfeed",
        "notifications.add_rule",
        "notifications.change_rule",
        "notifications.delete_rule",
    },
    Role.RECEPTIONIST: {
        "bookings.change_coachbooking",
        "bookings.change_dispute",
        "bookings.change_event",
        "bookings.change_eventbooking",
        "notifications.change_message",
        "notifications.add_suppression",
        "notifications.change_suppression",
        "scheduling.add_client",
        "scheduling.add_person",
        "scheduling.change_client",
        "scheduling.change_person",
        "visits.change_slot",
        "visits.change_visit",
    },
    Role.COACH: {
        "bookings.change_coachbooking",
        # No disputes: they are a side of them.
        "bookings.change_event",
        "bookings.change_eventbooking",
        "bookings.change_officehour",
        "bookings.add_officehourexception",
        "bookings.change_officehourexception",
        "bookings.delete_officehourexception",
        "notifications.add_calendarfeed",
        "notifications.view_calendarfeed",
        "visits.change_provider",
        "visits.change_slot",
        "visits.change_visit",
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


class KeyStatus(StrEnum):
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"


# Of a key whose maker does not say otherwise.
KEY_LIFETIME: Final = timedelta(days=365)
KEY_LIFETIME_MAX: Final = timedelta(days=5 * 365)
# From here on the admin says that a key wants replacing.
_EXPIRES_SOON: Final = timedelta(days=30)


def key_status(*, expires_at: datetime, revoked_at: datetime | None, now: datetime) -> KeyStatus:
    """What a key is worth. It opens nothing from the instant `expires_at` on."""
    if revoked_at is not None:
        return KeyStatus.REVOKED
    if expires_at <= now:
        return KeyStatus.EXPIRED
    return KeyStatus.EXPIRING if expires_at - now <= _EXPIRES_SOON else KeyStatus.ACTIVE


def may_redirect_to(uri: str) -> bool:
    """Whether an application may have people sent to this address with a code.

    https; http on the person's own machine; or an app's own scheme, which has a domain in it (RFC 8252, 7).
    """
    parts = _split(uri)
    if parts is None or "#" in uri or "@" in parts.netloc or "*" in parts.netloc:
        return False
    if _is_safe_web(parts):
        return True
    return "." in parts.scheme and not parts.netloc and len(parts.path) > 1


def may_be_origin(origin: str) -> bool:
    """Whether this is the origin of a page as browsers send it: no path, no wildcard; http only locally."""
    parts = _split(origin)
    return parts is not None and _is_safe_web(parts) and origin == f"{parts.scheme}://{parts.netloc}".lower()


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - raises ValueError where it is no number
    except ValueError:
        return None
    return parts


def _is_safe_web(parts: SplitResult) -> bool:
    if not parts.hostname or "*" in parts.netloc or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}


class MailPurpose(StrEnum):
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - no password


class MailState(StrEnum):
    """planned → sending → sent; or planned again after a failure, in the end dead."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


class Invitation(StrEnum):
    NONE = ""
    INVITED = "invited"
    EXPIRED = "expired"
    ACCEPTED = "accepted"


def invitation_status(
    *, has_password: bool, invited_at: datetime | None, lifetime: timedelta, now: datetime
) -> Invitation:
    """How far a person's invitation is. `invited_at` is when the last mail left or, before that, was planned."""
    if invited_at is None:
        return Invitation.NONE
    if has_password:
        return Invitation.ACCEPTED
    return Invitation.EXPIRED if invited_at + lifetime <= now else Invitation.INVITED


_MAIL_ATTEMPTS: Final = 60


def mail_retry(*, attempts: int) -> timedelta | None:
    """How long to wait after so many failures: doubling from 5 s up to an hour; None to give up, after two days."""
    if attempts >= _MAIL_ATTEMPTS:
        return None
    delay: timedelta = min(timedelta(seconds=5) * 2 ** min(attempts - 1, 10), timedelta(hours=1))
    return delay
