"""Booking time that was held."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from scheduling.models import Hold
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject, Taken
from scheduling.rules.wall_time import rfc3339
from scheduling.services.ledger import confirm, reserve
from tenants.errors import DomainError, Kind
from tenants.leases import database_now


class HoldNotFoundError(DomainError):
    code = "hold_not_found"
    kind = Kind.NOT_FOUND
    message = "The caller has no hold with this id. It was released, booked, or expired long ago."


class HoldMismatchError(DomainError):
    code = "hold_mismatch"
    kind = Kind.CONFLICT
    message = "This hold is for something else: it keeps {start_at}. Book that, or leave the hold out."


def hold_of(hold_id: UUID, *, holders: Sequence[str], brand_id: UUID) -> Hold:
    """The hold, kept for one of these. Raises HoldNotFoundError."""
    found = Hold.objects.filter(pk=hold_id, holder__in=holders, brand_id=brand_id)
    hold = found.select_related("staff_member").first()
    if hold is None:
        raise HoldNotFoundError
    return hold


@transaction.atomic
def reserve_held(
    *,
    hold: Hold,
    resource_ids: Sequence[int],
    period: Period,
    subject: Subject,
    now: datetime,
    service_id: UUID | None = None,
) -> list[Taken]:
    """As the ledger's `reserve`, for time that is held: nobody can take it in between. The hold is used up.

    A hold that has expired is no harm as long as the time is still free. Raises HoldNotFoundError where it was booked
    or released meanwhile, HoldMismatchError, SlotTakenError.
    """
    # First of all, and first where it is released too: of two who confirm it, one waits here for the other.
    if not Hold.objects.filter(pk=hold.pk).delete()[0]:
        raise HoldNotFoundError
    held = Subject(Hold.SUBJECT_KIND, hold.pk)
    taken = confirm(hold=held, resource_ids=resource_ids, period=period, subject=subject, service_id=service_id)
    if not taken:
        if database_now() < hold.expires_at:
            raise HoldMismatchError(start_at=rfc3339(hold.starts_at))
        taken = reserve(resource_ids=resource_ids, period=period, subject=subject, now=now, service_id=service_id)
    return taken
