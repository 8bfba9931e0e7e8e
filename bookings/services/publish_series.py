"""Publishing the events of a time slot on all days of a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from bookings import event_errors as errors
from bookings.models import Event, TimeSlot
from bookings.rules.events import Hours, Terms
from bookings.services.publish_event import busy, new_event, time_slot
from scheduling.public import StaffMember, Subject, reserve_each
from scheduling.rules.recurrence import InvalidRuleError, Recurrence, occurrences
from tenants.errors import DomainError

REFUSALS: Final[list[type[DomainError]]] = [
    InvalidRuleError,
    errors.UnknownSportError,
    errors.UnknownAddressError,
    errors.TimeSlotDiffersError,
    errors.SeriesConflictError,
]


class OnConflict(StrEnum):
    """What becomes of a series of which some days can't have their event: nothing is published, or the rest is."""

    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day of the rule without its event: when it would have started, in UTC, and why it doesn't."""

    starts_at: datetime
    reason: DomainError


@dataclass(frozen=True, slots=True)
class Series:
    """The days of a rule, with an event and without; both ascending."""

    events: Sequence[Event]
    skipped: Sequence[Skipped]


@transaction.atomic
def publish_series(
    *,
    coach: StaffMember,
    brand_id: UUID,
    hours: Hours,
    terms: Terms,
    first_day: date,
    rule: Recurrence,
    on_conflict: OnConflict,
    now: datetime,
    slot_id: UUID | None = None,
) -> Series:
    """Publishes an event on each day of the rule from the first, as `publish_event` does, with a bounded number of
    statements; or none. With `skip` the days that can't have one are left out, but one at least is published.

    Raises one of REFUSALS; SeriesConflictError tells every day that is in the way.
    """
    series = _publish(
        slot=time_slot(coach=coach, brand_id=brand_id, hours=hours, terms=terms, slot_id=slot_id, now=now),
        coach=coach,
        days=_days(rule, first_day, hours),
        now=now,
    )
    if series.skipped and (on_conflict is OnConflict.FAIL or not series.events):
        raise errors.SeriesConflictError(
            [one.reason for one in series.skipped], days=len(series.events) + len(series.skipped)
        )
    return series


def preview_series(
    *,
    coach: StaffMember,
    brand_id: UUID,
    hours: Hours,
    terms: Terms,
    first_day: date,
    rule: Recurrence,
    now: datetime,
    slot_id: UUID | None = None,
) -> Series:
    """What `publish_series` would publish now with `skip`, and what not: it is done, and taken back at once.

    Raises one of REFUSALS, but for SeriesConflictError.
    """
    with transaction.atomic():
        series = _publish(
            slot=time_slot(coach=coach, brand_id=brand_id, hours=hours, terms=terms, slot_id=slot_id, now=now),
            coach=coach,
            days=_days(rule, first_day, hours),
            now=now,
        )
        transaction.set_rollback(True)
    return series


def _days(rule: Recurrence, first_day: date, hours: Hours) -> list[date]:
    first = datetime.combine(first_day, hours.starts)
    return [one.day for one in occurrences(rule, first=first, where=hours.zone)]


def _publish(*, slot: TimeSlot, coach: StaffMember, days: Sequence[date], now: datetime) -> Series:
    events: list[Event] = []
    skipped: list[Skipped] = []
    for day in days:
        try:
            event = new_event(slot=slot, day=day, now=now)
        except (errors.NotInFutureError, errors.NoSuchHoursError) as reason:
            skipped.append(Skipped(slot.hours.on(day)[0], reason))
        else:
            # Nobody need read the coach again for each of them.
            event.coach = coach
            events.append(event)
    subjects = {Subject(Event.SUBJECT_KIND, event.pk): event for event in events}
    taken = reserve_each(
        resource_id=coach.resource_id, wanted={subject: event.period for subject, event in subjects.items()}, now=now
    )
    skipped += [Skipped(subjects[subject].starts_at, busy(subjects[subject])) for subject in taken]
    published = Event.objects.bulk_create(event for subject, event in subjects.items() if subject not in taken)
    return Series(published, sorted(skipped, key=lambda one: one.starts_at))
