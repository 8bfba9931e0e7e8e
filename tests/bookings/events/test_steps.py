"""What becomes of a place in an event, and of the event."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings import event_errors as errors
from bookings.errors import NotCancellableError
from bookings.models import Dispute, Event, EventBooking
from bookings.rules.event_booking import Role, Status
from bookings.rules.events import EventStatus
from bookings.services.cancel_event import cancel_event
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.complete_event_booking import complete_event_booking
from bookings.services.decide_event_booking import decide_event_booking
from bookings.services.dismiss_event_booking import dismiss_event_booking
from bookings.services.note_event_booking import note_event_booking
from bookings.services.open_dispute import open_dispute
from bookings.services.resolve_dispute import resolve_dispute
from notifications.models import Message
from scheduling.models import Reservation
from tenants.errors import StaleVersionError
from tests.support import cast
from tests.support.eventing import at, make_event, make_place, make_reason

START, END = at(8, 10), at(8, 11)
BEFORE = START - timedelta(hours=1)


@pytest.fixture
def event(north: Any) -> Event:
    return make_event(cast.make_coach(), START)


@pytest.fixture
def booking(event: Event) -> EventBooking:
    return make_place(event, cast.make_client())


def _taken(event: Event) -> int:
    return Event.objects.get(pk=event.pk).taken


def _cancel(booking: EventBooking, role: Role = Role.ATHLETE, *, now: datetime = BEFORE, **more: Any) -> EventBooking:
    return cancel_event_booking(booking=booking, role=role, reason_code="NoTime", now=now, **more)


@pytest.mark.parametrize("role", Role)
def test_a_cancellation_says_who_and_why_and_frees_the_place(event: Event, booking: EventBooking, role: Role) -> None:
    canceled = _cancel(booking, role, reason_text="A cold.")

    assert (canceled.status, canceled.canceled_by_role, canceled.canceled_at) == (Status.CANCELED, role, BEFORE)
    assert (canceled.cancellation_reason_code, canceled.cancellation_reason_text) == ("NoTime", "A cold.")
    assert (canceled.version, canceled.schedule_version) == (2, 1)
    assert _taken(event) == 0
    assert Message.objects.filter(subject_id=booking.pk, event="cancelled", state="planned").exists()
    assert not Message.objects.filter(subject_id=booking.pk, event="booked", state="planned").exists()
    with pytest.raises(NotCancellableError):
        _cancel(booking, role)
    assert _taken(event) == 0


def test_another_version_is_not_canceled(event: Event, booking: EventBooking) -> None:
    with pytest.raises(StaleVersionError):
        _cancel(booking, expected=frozenset({7}))
    assert _taken(event) == 1


def test_completed_is_said_after_the_end_and_taken_back(booking: EventBooking) -> None:
    with pytest.raises(errors.EventNotOverError):
        complete_event_booking(booking=booking, completed=True, now=END - timedelta(seconds=1))

    done = complete_event_booking(booking=booking, completed=True, now=END)
    again = complete_event_booking(booking=booking, completed=True, now=END)
    assert (done.completed, done.version, again.version) == (True, 2, 2)

    undone = complete_event_booking(booking=booking, completed=False, now=END)
    assert (undone.completed, undone.version) == (False, 3)


def test_a_note_is_written_after_the_end(booking: EventBooking) -> None:
    with pytest.raises(errors.EventNotOverError):
        note_event_booking(booking=booking, note="Good.", now=BEFORE)
    assert note_event_booking(booking=booking, note="Good.", now=END).note == "Good."
    assert note_event_booking(booking=booking, note="", now=END).note == ""


@pytest.mark.parametrize("service", [complete_event_booking, note_event_booking])
def test_of_a_canceled_booking_nothing_is_said(booking: EventBooking, service: Any) -> None:
    _cancel(booking)
    said = {"completed": True} if service is complete_event_booking else {"note": "Good."}
    with pytest.raises(errors.NotHeldError):
        service(booking=booking, now=END, **said)


def test_only_what_is_canceled_is_dismissed_and_that_for_good(booking: EventBooking) -> None:
    with pytest.raises(errors.NotCanceledError):
        dismiss_event_booking(booking=booking, now=BEFORE)
    _cancel(booking)

    first = dismiss_event_booking(booking=booking, now=BEFORE)
    again = dismiss_event_booking(booking=booking, now=END)

    assert first.dismissed_at == again.dismissed_at == BEFORE
    assert first.version == again.version


def test_who_is_rejected_gives_the_place_back(north: Any) -> None:
    event = make_event(cast.make_coach(), START, needs_approval=True)
    bob, carol = (make_place(event, cast.make_client(name)) for name in ("Bob Client", "Carol Client"))

    accepted = decide_event_booking(booking=bob, accept=True, now=BEFORE)
    rejected = decide_event_booking(booking=carol, accept=False, now=BEFORE)

    assert (accepted.status, rejected.status) == (Status.ACCEPTED, Status.REJECTED)
    assert _taken(event) == 1
    for booking in (bob, carol):
        with pytest.raises(errors.NotDecidableError):
            decide_event_booking(booking=booking, accept=True, now=BEFORE)


def test_what_is_pending_when_the_event_is_over_is_not_decided(north: Any) -> None:
    booking = make_place(make_event(cast.make_coach(), START, needs_approval=True), cast.make_client())
    with pytest.raises(errors.NotDecidableError):
        decide_event_booking(booking=booking, accept=True, now=END)


def test_a_dispute_is_opened_once_and_decided_once(booking: EventBooking) -> None:
    reason = make_reason()
    about = {
        "booking": booking,
        "disputer_id": booking.client.person_id,
        "reason_id": reason.pk,
        "comment": "I waited.",
    }
    with pytest.raises(errors.NotDisputableError):
        open_dispute(**about, now=BEFORE)  # type: ignore[arg-type]
    with pytest.raises(errors.UnknownReasonError):
        open_dispute(**{**about, "reason_id": booking.pk}, now=START)  # type: ignore[arg-type]

    assert open_dispute(**about, now=START).status == Status.IN_DISPUTE  # type: ignore[arg-type]
    with pytest.raises(errors.NotDisputableError):
        open_dispute(**about, now=START)  # type: ignore[arg-type]
    decided = resolve_dispute(booking=booking, resolution="Paid back.", now=END)

    assert decided.status == Status.DISPUTE_DONE
    dispute = Dispute.objects.get()
    assert (dispute.comment, dispute.resolution, dispute.resolved_at) == ("I waited.", "Paid back.", END)
    with pytest.raises(errors.NotInDisputeError):
        resolve_dispute(booking=booking, resolution="No.", now=END)


def test_a_canceled_event_cancels_its_bookings_and_frees_the_coach(event: Event, booking: EventBooking) -> None:
    others = make_place(event, cast.make_client("Carol Client"))
    gone = make_place(make_event(cast.make_coach("Eve Coach"), at(9, 10)), booking.client)

    canceled = cancel_event(event=event, role=Role.COACH, reason_code="Other", reason_text="Flood.", now=BEFORE)

    assert (canceled.status, canceled.taken, canceled.version) == (EventStatus.CANCELED, 0, 2)
    for one in EventBooking.objects.filter(event=event):
        assert (one.status, one.canceled_by_role, one.cancellation_reason_text) == ("Canceled", "Coach", "Flood.")
        assert (one.version, one.schedule_version) == (2, 1)
    told = Message.objects.filter(event="cancelled", state="planned").values_list("subject_id", flat=True)
    assert set(told) == {booking.pk, others.pk}
    assert EventBooking.objects.get(pk=gone.pk).status == Status.ACCEPTED
    assert not Reservation.objects.filter(subject_id=event.pk, active=True).exists()
    with pytest.raises(errors.EventNotCancellableError):
        cancel_event(event=event, role=Role.COACH, reason_code="Other", now=BEFORE)
    # The coach's time is free for another one at once.
    assert make_event(canceled.coach, START).status == EventStatus.SCHEDULED


def test_what_is_in_dispute_stays_so_when_the_event_is_canceled(event: Event, booking: EventBooking) -> None:
    open_dispute(
        booking=booking, disputer_id=booking.client.person_id, reason_id=make_reason().pk, comment="", now=START
    )

    canceled = cancel_event(event=event, role=Role.SYSTEM, reason_code="Other", now=START)

    assert canceled.taken == 1
    assert EventBooking.objects.get(pk=booking.pk).status == Status.IN_DISPUTE


def test_an_event_that_is_over_is_not_canceled(event: Event) -> None:
    with pytest.raises(errors.EventNotCancellableError):
        cancel_event(event=event, role=Role.COACH, reason_code="Other", now=END)
