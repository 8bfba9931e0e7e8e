"""Cancelling a visit."""

from datetime import datetime

from django.db import transaction

from notifications.public import Event, announce
from scheduling.public import Subject, release
from tenants.errors import check_version
from tenants.locking import locked
from visits.errors import VisitNotCancellableError
from visits.models import Visit
from visits.rules.cancelling import fee_minor
from visits.rules.statuses import Status, may_cancel
from visits.selectors.visits import occasion


@transaction.atomic
def cancel_visit(
    *, visit: Visit, reason: str | None, as_staff: bool, now: datetime, expected: frozenset[int] | None = None
) -> Visit:
    """Cancels the visit, frees its time, drops what is no longer true and tells whom it concerns.

    A client may cancel until the start, staff as long as it has not begun. Notes the fee that was agreed for who
    cancels late. `expected` are the versions of which the caller cancels one, None for any. Raises GoneError,
    StaleVersionError, VisitNotCancellableError.
    """
    # Looked at under the lock: of two cancellations at once, one wins and the other is told so.
    visit = locked(Visit.objects.with_people(), visit.pk)
    check_version(visit.version, expected=expected)
    if not may_cancel(Status(visit.status), starts_at=visit.starts_at, now=now, as_staff=as_staff):
        begun = " and has begun" if visit.status == Status.SCHEDULED else ""
        raise VisitNotCancellableError(status=visit.status, begun=begun)
    visit.cancel_fee_minor = fee_minor(visit.cancel_terms, starts_at=visit.starts_at, now=now, as_staff=as_staff)
    visit.status, visit.status_before = Status.CANCELLED, ""
    visit.cancelled_at = visit.updated_at = now
    visit.cancel_reason = reason
    visit.version += 1
    visit.schedule_version += 1
    visit.save()
    release(subject=Subject(Visit.SUBJECT_KIND, visit.pk))
    announce(event=Event.CANCELLED, occasion=occasion(visit), now=now)
    return visit
