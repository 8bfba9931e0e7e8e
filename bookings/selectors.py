"""Reads of bookings."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bookings.errors import CoachNotFoundError, CoachOutsideBrandError, PatientNotFoundError
from bookings.models import CoachBooking, OfficeHour
from bookings.rules.coach_booking import Status
from bookings.rules.office_hours import free_slots
from notifications.public import SubjectFacts
from scheduling.public import Client, Period, StaffMember, busy, closed_days

MAX_WINDOW = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class FreeSlot:
    start: datetime
    office_hour: OfficeHour

    @property
    def period(self) -> Period:
        return Period.lasting(self.start, minutes=self.office_hour.duration_minutes)


def coach(*, coach_id: str, brand_id: uuid.UUID) -> StaffMember:
    """The active coach with this id, with their person. Raises CoachNotFoundError, CoachOutsideBrandError."""
    try:
        person_id = uuid.UUID(coach_id)
    except ValueError as error:
        raise CoachNotFoundError from error
    found = StaffMember.objects.active().known_as(person_id).with_is_in_brand(brand_id).select_related("person").first()
    if found is None:
        raise CoachNotFoundError
    if not found.is_in_brand:  # type: ignore[attr-defined]  # annotated
        raise CoachOutsideBrandError
    return found


def patient(*, person_id: uuid.UUID | None, brand_id: uuid.UUID) -> Client:
    """The brand's client who is this person. Raises PatientNotFoundError."""
    found = None
    if person_id is not None:
        found = Client.objects.filter(person_id=person_id, brands=brand_id).order_by().first()
    if found is None:
        raise PatientNotFoundError
    return found


def coach_slots(*, coach: StaffMember, brand_id: uuid.UUID, within: Period, now: datetime) -> list[FreeSlot]:
    """The slots of a coach that can be booked now and start in `within`, ascending."""
    office_hours = list(OfficeHour.objects.of(coach=coach, brand_id=brand_id))
    if not office_hours:
        return []
    longest = max(office_hour.duration_minutes for office_hour in office_hours)
    taken = busy(resource_id=coach.resource_id, period=Period(within.start, within.end + timedelta(minutes=longest)))
    closed = closed_days_around(brand_id=brand_id, within=within)
    found: dict[datetime, FreeSlot] = {}
    for office_hour in office_hours:
        for start in free_slots(office_hour.rule(), within, now=now, closed=closed, busy=taken):
            found.setdefault(start, FreeSlot(start, office_hour))
    return [found[start] for start in sorted(found)]


def closed_days_around(*, brand_id: uuid.UUID, within: Period) -> list[tuple[date, date]]:
    """The closures that may matter to a period, whatever the zone: a day of margin on both sides."""
    day = timedelta(days=1)
    return closed_days(
        brand_id=brand_id,
        first=(within.start - day).astimezone(UTC).date(),
        last=(within.end + day).astimezone(UTC).date(),
    )


def bookings_of(client: Client, *, brand_id: uuid.UUID) -> Iterator[CoachBooking]:
    """All office-hour bookings of a client in a brand, latest start first."""
    return CoachBooking.objects.filter(client=client, brand_id=brand_id).select_related("client").iterator()


def booking_facts(booking_id: uuid.UUID) -> SubjectFacts | None:
    """What messages say of a booking."""
    booking = CoachBooking.objects.with_people().filter(pk=booking_id).first()
    if booking is None:
        return None
    return SubjectFacts(
        id=booking.pk,
        schedule_version=booking.schedule_version,
        is_cancelled=booking.status == Status.CANCELLED,
        title=f"{booking.coach.person.name} ({booking.brand.name})",
        staff_name=booking.coach.person.name,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        changed_at=booking.updated_at,
        cancel_reason=booking.cancel_reason,
    )
