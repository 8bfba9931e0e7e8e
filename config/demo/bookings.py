"""Bookings of the demo tenants, some to come and some that are over with, and what was told about them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from bookings.models import CoachBooking, EventBooking, WaitingPlace
from bookings.models import Event as PlannedEvent
from bookings.selectors.office_hours import FreeSlot, coach_slots
from bookings.services.book_coach import book_coach
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from bookings.services.reschedule_coach_booking import reschedule_coach_booking
from config.demo.data import demo_id
from notifications.models import Message, Rule
from notifications.rules import Event, MessageState, Why
from scheduling.models import Client, Reservation, StaffMember
from scheduling.public import Period
from visits.models import Visit

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
# What is over was booked so long ago. Whoever works three mornings a week has enough of them since, whatever day it is.
_BOOKED: Final = 14 * _DAY
_NOTES = ["First talk", None, "Follow-up after last week"]


class Booker:
    """Books a coach for their brand's clients in turn."""

    def __init__(self, coach: StaffMember, clients: list[Client]) -> None:
        self._coach = coach
        self._brand = coach.brands.get()
        self._clients = [client for client in clients if self._brand in client.brands.all()]

    def __call__(self, slot: FreeSlot, number: int, now: datetime) -> CoachBooking:
        return book_coach(
            coach_id=self._coach.person_id,
            patient_id=self._clients[number % len(self._clients)].person_id,
            brand_id=self._brand.pk,
            slot_at=slot.start,
            notes=_NOTES[number % len(_NOTES)],
            now=now,
        )


def add_rules() -> None:
    """Beside those that every tenant begins with."""
    Rule.objects.get_or_create(event=Event.RESCHEDULED)
    Rule.objects.create(name="Reminder", event=Event.BEFORE_START, offset_minutes=24 * 60, is_essential=False)
    Rule.objects.create(name="How was it?", event=Event.AFTER_END, offset_minutes=60, is_essential=False)


def add_bookings(tenant: str, staff: list[StaffMember], clients: list[Client], *, now: datetime) -> None:
    """A handful per coach, so that the admin is not empty; those that examples of the documentation name."""
    for index, coach in enumerate(staff):
        book = Booker(coach, clients)
        for number, slot in enumerate(_free(coach, now + _DAY, now + 12 * _DAY, now=now)[3 :: 7 + index][:6]):
            book(slot, number, now - (number * 3 + index) * _HOUR)
        past = iter(_free(coach, now - _BOOKED + _DAY, now - 2 * _HOUR, now=now - _BOOKED)[-1::-3])
        _some_that_are_over(coach, past, book, now=now)
        if index == 0:
            for name in ("begun", "missed"):
                call(book(next(past), 0, now - _BOOKED), demo_id(tenant, "booking", name))
    _as_if_it_had_been_sent(tenant, now=now)


def _some_that_are_over(coach: StaffMember, past: Iterator[FreeSlot], book: Booker, *, now: datetime) -> None:
    before = now - _BOOKED
    for number, came in enumerate((True, True, False)):
        booking = book(next(past), number, before)
        record_attendance(booking=booking, came=came, now=booking.ends_at)
    cancel_coach_booking(booking=book(next(past), 1, before), reason="The coach is ill.", as_staff=True, now=before)
    moved = book(next(past), 2, before)
    reschedule_coach_booking(booking=moved, slot_at=next(past).start, now=before + _HOUR)
    reschedule_coach_booking(
        booking=moved, slot_at=_free(coach, now + 2 * _DAY, now + 9 * _DAY, now=now)[-1].start, now=before + 2 * _HOUR
    )


def _free(coach: StaffMember, start: datetime, end: datetime, *, now: datetime) -> list[FreeSlot]:
    return coach_slots(coach=coach, brand_id=coach.brands.get().pk, within=Period(start, end), now=now)


def call(booking: CoachBooking | Visit | PlannedEvent | EventBooking | WaitingPlace, known_as: object) -> None:
    """Gives a booking, a visit or an event the id by which the documentation's examples know it."""
    for rows in (Reservation.objects, Message.objects):
        rows.filter(subject_id=booking.pk).update(subject_id=known_as)
    type(booking).objects.filter(pk=booking.pk).update(id=known_as)


def _as_if_it_had_been_sent(tenant: str, *, now: datetime) -> None:
    """Nobody reads the demo's mail: the first one in the folder is the reader's own. One address was wrong."""
    due = Message.objects.unsent().filter(due_at__lt=now + _HOUR)
    wrong = due.filter(event=Event.BOOKED, created_at__gt=now - _DAY).order_by("-created_at").first()
    if wrong:
        Message.objects.filter(pk=wrong.pk).update(id=demo_id(tenant, "message", "dead"), attempts=1)
        Message.objects.filter(pk=demo_id(tenant, "message", "dead")).end(
            MessageState.DEAD, why=Why.REFUSED, reason="The mail server answered 550: No such mailbox here"
        )
    due.end(MessageState.SENT, why=Why.NONE, reason="", attempts=1, sent_at=F("due_at"))
    sent = Message.objects.filter(state=MessageState.SENT)
    sent.update(state_since=F("due_at"))
    # Of which the documentation's examples report that it came back.
    first = sent.filter(recipient__isnull=False).select_related("recipient").earliest("created_at", "id")
    address = first.recipient.email if first.recipient else ""
    Message.objects.filter(pk=first.pk).update(id=demo_id(tenant, "message"), address=address)
