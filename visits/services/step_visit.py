"""Saying what becomes of a visit: the client is there, it has begun, it took place, nobody came; or none of that."""

from datetime import datetime
from typing import Final

from django.db import transaction

from notifications.public import Event, announce
from scheduling.rules.wall_time import rfc3339
from tenants.errors import check_version
from tenants.locking import locked
from visits.errors import ForbiddenStepError, TooEarlyError
from visits.models import Visit
from visits.rules.statuses import Status, Step, is_too_early, status_after
from visits.selectors.visits import occasion

# Whether a client is in the waiting room concerns nobody who reads messages and calendars.
_TOLD: Final = {Status.COMPLETED: Event.COMPLETED, Status.NO_SHOW: Event.NO_SHOW}


@transaction.atomic
def step_visit(*, visit: Visit, step: Step, now: datetime, expected: frozenset[int] | None = None) -> Visit:
    """Takes the visit a step on, or the last step back. The provider's time stays taken.

    `expected` are the versions of which the caller means one, None for any. Raises GoneError, StaleVersionError,
    ForbiddenStepError, TooEarlyError.
    """
    visit = locked(Visit.objects.with_people(), visit.pk)
    check_version(visit.version, expected=expected)
    before = Status(visit.status)
    to = status_after(step, status=before, before=Status(visit.status_before) if visit.status_before else None)
    if to is None:
        raise ForbiddenStepError(status=visit.status, step=step.value)
    if is_too_early(step, starts_at=visit.starts_at, now=now):
        raise TooEarlyError(status=visit.status, starts_at=rfc3339(visit.starts_at), step=step.value)
    visit.status = to
    visit.status_before = "" if step is Step.UNDO else before
    visit.version += 1
    visit.updated_at = now
    told = before in _TOLD or to in _TOLD
    visit.schedule_version += told
    visit.save(update_fields=["status", "status_before", "version", "schedule_version", "updated_at"])
    if told:
        # Taken back, it is no event of its own: reminders are planned as for any visit that stands, and what was
        # planned of its being over is dropped.
        announce(event=_TOLD.get(to, Event.BEFORE_START), occasion=occasion(visit), now=now)
    return visit
