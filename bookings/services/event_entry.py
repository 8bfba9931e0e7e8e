"""Who may take part in an event: what a booking and a place in its line have in common."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from bookings import event_errors as errors
from bookings.models import Event, EventBooking
from bookings.rules.event_booking import WITH_PLACE
from bookings.rules.events import Barred, EventStatus
from scheduling.public import Client
from scheduling.rules.people import Gender
from tenants.errors import DomainError

_BARRED: Final = {
    Barred.UNKNOWN_AGE: errors.BirthDateUnknownError,
    Barred.AGE: errors.AgeNotAllowedError,
    Barred.UNKNOWN_GENDER: errors.GenderUnknownError,
    Barred.GENDER: errors.NotEligibleError,
}
ENTRY_REFUSALS: Final[list[type[DomainError]]] = [
    errors.EventCanceledError,
    errors.EventPastError,
    errors.OwnEventError,
    *_BARRED.values(),
    errors.AlreadyBookedError,
]


def check_entry(event: Event, client: Client, *, now: datetime) -> None:
    """That the event is to come, and that the client may come to it; needs the event `with_slot` and the client's
    person. Raises one of ENTRY_REFUSALS."""
    slot, said = event.time_slot, {"event_id": str(event.pk)}
    if event.status == EventStatus.CANCELED:
        raise errors.EventCanceledError(**said)
    if event.starts_at <= now:
        raise errors.EventPastError(**said)
    if event.coach.person_id == client.person_id:
        raise errors.OwnEventError(**said)
    person = client.person
    gender = Gender(person.gender) if person.gender else None
    barred = slot.terms.entry.barred(born=person.birth_date, gender=gender, day=event.date)
    if barred is not None:
        raise _BARRED[barred](
            **said, age_from=slot.age_from, age_to=slot.age_to, eligibility=slot.get_eligibility_display().lower()
        )


def check_not_booked(event_ids: Collection[UUID], client: Client) -> None:
    """Raises AlreadyBookedError where the client has a place in one of the events."""
    if known := EventBooking.objects.filter(client=client, event__in=event_ids, status__in=WITH_PLACE).first():
        raise errors.AlreadyBookedError(event_id=str(known.event_id))
