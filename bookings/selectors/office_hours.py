"""Reads of bookings."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from bookings.errors import CoachNotFoundError, CoachOutsideBrandError, PatientNotFoundError
from bookings.models import CoachBooking, OfficeHour
from bookings.models.office_hours import MAX_SLOT_MINUTES
from bookings.rules.coach_booking import Status
from notifications.public import Occasion, Stage, SubjectFacts
from scheduling.public import Client, Period, StaffMember, StaffOffer, Subject, calendars, full_name
from scheduling.rules.availability import Calendar, HoursOffer, Refused, Terms, frame_of, free_starts, refusal
from scheduling.rules.minutes import Frame
from scheduling.rules.schedule import Hours, Schedule, Weekly

MAX_WINDOW = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Offer:
    """An office hour as the kernel's rules want it: its slots follow each other without a gap."""

    office_hour_id: uuid.UUID
    rule: HoursOffer


@dataclass(frozen=True, slots=True)
class FreeSlot:
    start: datetime
    offer: Offer

    @property
    def period(self) -> Period:
        return Period.lasting(self.start, minutes=self.offer.rule.length)


def person_id(coach_id: str) -> uuid.UUID:
    """What a path says of a coach. Raises CoachNotFoundError for what is no id."""
    try:
        return uuid.UUID(coach_id)
    except ValueError as error:
        raise CoachNotFoundError from error


def coach(*, coach_id: str, brand_id: uuid.UUID) -> StaffMember:
    """The active coach with this id, with their person. Raises CoachNotFoundError, CoachOutsideBrandError."""
    known = StaffMember.objects.active().known_as(person_id(coach_id))
    found = known.with_is_in_brand(brand_id).select_related("person").first()
    if found is None:
        raise CoachNotFoundError
    if not found.is_in_brand:  # type: ignore[attr-defined]  # annotated
        raise CoachOutsideBrandError
    return found


def patient(*, patient_id: uuid.UUID | None, brand_id: uuid.UUID) -> Client:
    """The brand's client who is this person. Raises PatientNotFoundError."""
    found = None
    if patient_id is not None:
        found = Client.objects.filter(person_id=patient_id, brands=brand_id).order_by().first()
    if found is None:
        raise PatientNotFoundError
    return found


def offers(*, coach_id: int, brand_id: uuid.UUID) -> list[Offer]:
    """The active office hours of a coach in a brand, oldest first. One statement, exceptions included."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, weekdays, date, start_time, end_time, timezone, duration_minutes, notice_minutes, horizon_days,
                valid_from, valid_until, (
                    SELECT json_agg(json_build_array(date, start_time, end_time))
                    FROM bookings_officehourexception WHERE office_hour_id = officehour.id
                )
            FROM bookings_officehour officehour
            WHERE coach_id = %s AND brand_id = %s AND is_active
            ORDER BY created_at
            """,
            [coach_id, brand_id],
        )
        return [Offer(row[0], _rule(row)) for row in cursor.fetchall()]


def _rule(row: tuple[Any, ...]) -> HoursOffer:
    _id, weekdays, on, starts, ends, zone, minutes, notice, horizon, first, last, exceptions = row
    hours = Hours(starts, ends)
    dated: dict[date, list[Hours]] = {} if on is None else {on: [hours]}
    for day, begins, closes in exceptions or []:
        other = [Hours(time.fromisoformat(begins), time.fromisoformat(closes))] if begins else []
        dated[date.fromisoformat(day)] = other
    return HoursOffer(
        schedule=Schedule(
            zone=ZoneInfo(zone),
            weekly=[Weekly(weekday, hours, first, last) for weekday in weekdays],
            exceptions=dated,
        ),
        length=minutes,
        step=minutes,
        terms=Terms(notice=timedelta(minutes=notice), horizon=timedelta(days=horizon)),
    )


def office_hour_offers(
    *, service_id: uuid.UUID, brand_id: uuid.UUID, staff_ids: Collection[uuid.UUID] | None, within: Period
) -> list[StaffOffer] | None:
    """An office hour as what its coach offers (scheduling.offers.OfferSource): it can be asked for, and held."""
    del within  # an office hour's exceptions are few
    found = OfficeHour.objects.filter(
        pk=service_id,
        brand_id=brand_id,
        is_active=True,
        coach__in=StaffMember.objects.active().filter(brands=brand_id),
    )
    office_hour = found.select_related("coach").first()
    if office_hour is None:
        return None
    coach = office_hour.coach
    if staff_ids is not None and coach.person_id not in staff_ids:
        return []
    return [
        StaffOffer(
            service_id=offer.office_hour_id,
            staff_id=coach.person_id,
            staff_number=coach.pk,
            resource_id=coach.resource_id,
            offer=offer.rule,
        )
        for offer in offers(coach_id=coach.pk, brand_id=brand_id)
        if offer.office_hour_id == office_hour.pk
    ]


def coach_slots(
    *, coach: StaffMember, brand_id: uuid.UUID, within: Period, now: datetime, but: uuid.UUID | None = None
) -> list[FreeSlot]:
    """The slots of a coach that can be booked now and start in `within`, ascending; for a booking that is to be
    moved (`but`), its own time is free."""
    return free_in(
        offers(coach_id=coach.pk, brand_id=brand_id),
        resource_id=coach.resource_id,
        brand_id=brand_id,
        within=within,
        now=now,
        but=but,
    )


def free_in(
    offered: Sequence[Offer],
    *,
    resource_id: int,
    brand_id: uuid.UUID,
    within: Period,
    now: datetime,
    but: uuid.UUID | None = None,
) -> list[FreeSlot]:
    """What of the offers is free and starts in `within`, ascending. The time of the booking `but` counts as free."""
    frame, calendar = _known(offered, resource_id=resource_id, brand_id=brand_id, within=within, but=but)
    found: dict[datetime, FreeSlot] = {}
    for offer in offered:
        for start in frame.instants(free_starts(offer.rule, calendar, frame, within=within, now=now)):
            found.setdefault(start, FreeSlot(start, offer))
    return [found[start] for start in sorted(found)]


def explained_slots(
    *, coach: StaffMember, brand_id: uuid.UUID, within: Period, now: datetime
) -> list[tuple[FreeSlot, Refused | None]]:
    """All slots of a coach that start in `within`, ascending, with the reason for each that can't be booked now: the
    one that booking it would be refused with. Of two office hours with the same start, the one that can be booked."""
    offered = offers(coach_id=coach.pk, brand_id=brand_id)
    frame, calendar = _known(offered, resource_id=coach.resource_id, brand_id=brand_id, within=within)
    found: dict[datetime, tuple[FreeSlot, Refused | None]] = {}
    for offer in offered:
        for start in frame.instants(offer.rule.starts(frame) & frame.starting_in(within)):
            if start not in found or found[start][1] is not None:
                found[start] = (FreeSlot(start, offer), refusal(offer.rule, calendar, frame, start=start, now=now))
    return [found[start] for start in sorted(found)]


def _known(
    offered: Sequence[Offer],
    *,
    resource_id: int,
    brand_id: uuid.UUID,
    within: Period,
    but: uuid.UUID | None = None,
) -> tuple[Frame, Calendar]:
    """What is closed and taken around a period: one statement, and none where nothing is offered."""
    frame = frame_of([offer.rule for offer in offered], within)
    if not offered:
        return frame, Calendar()
    moved = Subject(CoachBooking.SUBJECT_KIND, but) if but else None
    return frame, calendars(resource_ids=[resource_id], brand_id=brand_id, frame=frame, but=moved)[resource_id]


def bookings_of(client: Client, *, brand_id: uuid.UUID) -> Iterator[CoachBooking]:
    """All office-hour bookings of a client in a brand, latest start first."""
    return CoachBooking.objects.filter(client=client, brand_id=brand_id).select_related("client").iterator()


_STAGES = {Status.BOOKED: Stage.STANDS, Status.COMPLETED: Stage.OVER}


def _stage(status: str) -> Stage:
    return _STAGES.get(Status(status), Stage.OFF)


def occasion(booking: CoachBooking) -> Occasion:
    """What planning messages needs of a booking with its client and coach."""
    return Occasion(
        kind=CoachBooking.SUBJECT_KIND,
        id=booking.pk,
        schedule_version=booking.schedule_version,
        stage=_stage(booking.status),
        brand_id=booking.brand_id,
        service_id=booking.office_hour_id,
        client_id=booking.client.person_id,
        staff_ids=(booking.coach.person_id,),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
    )


def booking_facts(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, SubjectFacts]:
    """What messages and calendars say of bookings. Read before each message that is sent, so without the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT booking.id, booking.schedule_version, booking.status, booking.brand_id, booking.office_hour_id,
                booking.starts_at, booking.duration_minutes, booking.notes, booking.cancel_reason, booking.updated_at,
                brand.name, coach.id, coach.given_name, coach.family_name,
                client.id, client.given_name, client.family_name
            FROM bookings_coachbooking booking
            JOIN brands_brand brand ON brand.id = booking.brand_id
            JOIN scheduling_staffmember staff ON staff.id = booking.coach_id
            JOIN scheduling_person coach ON coach.id = staff.person_id
            JOIN scheduling_client booked ON booked.id = booking.client_id
            JOIN scheduling_person client ON client.id = booked.person_id
            WHERE booking.id = ANY(%s)
            """,
            [list(ids)],
        )
        return {row[0]: _facts(row) for row in cursor.fetchall()}


def _facts(row: tuple[Any, ...]) -> SubjectFacts:
    (
        booking_id, schedule_version, status, brand_id, office_hour_id, starts_at, minutes, notes, cancel_reason,
        changed_at, brand_name, coach_id, coach_given, coach_family, client_id, client_given, client_family,
    ) = row  # fmt: skip
    coach_name = full_name(coach_given, coach_family)
    return SubjectFacts(
        occasion=Occasion(
            kind=CoachBooking.SUBJECT_KIND,
            id=booking_id,
            schedule_version=schedule_version,
            stage=_stage(status),
            brand_id=brand_id,
            service_id=office_hour_id,
            client_id=client_id,
            staff_ids=(coach_id,),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
        ),
        status=status,
        is_cancelled=status == Status.CANCELLED,
        title=f"{coach_name} ({brand_name})",
        staff_name=coach_name,
        client_name=full_name(client_given, client_family),
        notes=notes or "",
        cancel_reason=cancel_reason,
        changed_at=changed_at,
    )


def lock_upcoming(after: uuid.UUID | None, limit: int, since: datetime) -> list[Occasion]:
    """Bookings to plan messages for: those that end after `since` and stand or took place, by id; locked."""
    longest = timedelta(minutes=MAX_SLOT_MINUTES)
    bookings = CoachBooking.objects.filter(starts_at__gt=since - longest, status__in=_STAGES)
    if after is not None:
        bookings = bookings.filter(pk__gt=after)
    return [occasion(booking) for booking in _locked(bookings.order_by("pk")[:limit])]


def lock_occasion(booking_id: uuid.UUID) -> Occasion | None:
    """One booking, locked; None when it is gone."""
    return next((occasion(booking) for booking in _locked(CoachBooking.objects.filter(pk=booking_id))), None)


def _locked(bookings: QuerySet[CoachBooking]) -> QuerySet[CoachBooking]:
    return bookings.select_for_update(of=("self",)).select_related("client", "coach")


def offered_services(brand_ids: set[uuid.UUID] | None) -> list[tuple[uuid.UUID, str]]:
    """The active office hours of some brands, None for all, as staff calls them."""
    offered = OfficeHour.objects.filter(is_active=True).select_related("coach__person").order_by("coach_id", "pk")
    if brand_ids is not None:
        offered = offered.filter(brand__in=brand_ids)
    return [(office_hour.pk, str(office_hour)) for office_hour in offered]


def bookings_of_person(person_id: uuid.UUID, since: datetime, until: datetime) -> list[uuid.UUID]:
    """The bookings of a client that overlap a period, called off or not."""
    longest = timedelta(minutes=MAX_SLOT_MINUTES)
    bookings = CoachBooking.objects.filter(client__person=person_id, starts_at__gt=since - longest, starts_at__lt=until)
    return [booking.pk for booking in bookings.order_by("starts_at") if booking.ends_at > since]
