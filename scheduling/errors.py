"""Why time is not given. The codes of the first nine are the reasons that `explain` gives."""

from collections.abc import Iterable

from scheduling.rules.availability import Refused
from tenants.errors import DomainError, Kind

_LIST = " GET /v1/availability lists the free starts."


class PersonNotFoundError(DomainError):
    code = "person_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no person with this id."


class ServiceNotFoundError(DomainError):
    code = "service_not_found"
    kind = Kind.NOT_FOUND
    message = "This brand offers no service with this id."


class NoStaffError(DomainError):
    code = "no_staff"
    kind = Kind.CONFLICT
    message = "Nobody of those asked for offers this at that time. Leave staff_id out to ask everybody who does."


class OutsideHoursError(DomainError):
    code = Refused.OUTSIDE_HOURS.value
    kind = Kind.CONFLICT
    message = "{start_at} is outside of the hours." + _LIST


class OffGridError(DomainError):
    code = Refused.OFF_GRID.value
    kind = Kind.CONFLICT
    message = "{start_at} is within the hours, but nothing starts there." + _LIST


class PastError(DomainError):
    code = Refused.PAST.value
    kind = Kind.CONFLICT
    message = "{start_at} is past."


class TooSoonError(DomainError):
    code = Refused.TOO_SOON.value
    kind = Kind.CONFLICT
    message = "{start_at} is too soon: this must be booked earlier." + _LIST


class TooFarError(DomainError):
    code = Refused.TOO_FAR.value
    kind = Kind.CONFLICT
    message = "{start_at} is too far ahead: it can't be booked yet."


class ClosedError(DomainError):
    code = Refused.CLOSED.value
    kind = Kind.CONFLICT
    message = "{start_at} is on a day that is closed." + _LIST


class LimitReachedError(DomainError):
    code = Refused.FULL.value
    kind = Kind.CONFLICT
    message = "On the day of {start_at} there are as many bookings as there may be. Choose another day."


class BusyError(DomainError):
    code = Refused.BUSY.value
    kind = Kind.CONFLICT
    message = "{start_at} is taken." + _LIST


class NeedsBusyError(DomainError):
    code = Refused.NEEDS_BUSY.value
    kind = Kind.CONFLICT
    message = "At {start_at} a room or a device that this needs is taken." + _LIST


_BY_REASON: dict[Refused, type[DomainError]] = {
    Refused(error.code): error
    for error in (
        OutsideHoursError,
        OffGridError,
        PastError,
        TooSoonError,
        TooFarError,
        ClosedError,
        LimitReachedError,
        BusyError,
        NeedsBusyError,
    )
}

# From a plain no to nearly yes: of several refusals the last one is the one to tell.
_NEARNESS = [
    Refused.OUTSIDE_HOURS,
    Refused.OFF_GRID,
    Refused.PAST,
    Refused.TOO_FAR,
    Refused.TOO_SOON,
    Refused.CLOSED,
    Refused.FULL,
    Refused.NEEDS_BUSY,
    Refused.BUSY,
]
REFUSALS: tuple[type[DomainError], ...] = tuple(_BY_REASON.values())


def refused(reason: Refused, *, start_at: str) -> DomainError:
    """The error that says a reason."""
    return _BY_REASON[reason](start_at=start_at)


def nearest(reasons: Iterable[Refused | None], *, start_at: str) -> DomainError:
    """Why nobody can be booked, of the reasons of several the one that comes nearest to a yes."""
    told = [reason for reason in reasons if reason is not None]
    return refused(max(told, key=_NEARNESS.index), start_at=start_at) if told else NoStaffError()
