"""One booking with its planned confirmation, and what came of it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.models import CoachBooking
from bookings.services.cancel_coach_booking import cancel_coach_booking
from notifications import subjects
from notifications.channels.outgoing import Outgoing
from notifications.models import Message, Rule
from notifications.selectors import reader_of
from notifications.services import replan as replanning
from notifications.services import send_due as sending
from notifications.services.change_rule import archive_rule
from notifications.services.compose import compose
from scheduling.models import Client, StaffMember
from tests.support import cast


def book(
    *, client: Client | None = None, coach: StaffMember | None = None, slot_at: datetime | None = None, **offer: Any
) -> CoachBooking:
    """Booked a second ago by the clock of this machine, so that its confirmation is due."""
    coach = coach or cast.make_coach()
    if not coach.office_hours.exists():
        cast.make_office_hour(coach, **offer)
    now = datetime.now(tz=UTC) - timedelta(seconds=1)
    return cast.make_booking(coach, client or cast.make_client(), slot_at=slot_at or cast.tomorrow_at(9), now=now)


def book_many(count: int) -> list[CoachBooking]:
    """Bookings of one coach by so many clients, in the order of their confirmations."""
    coach = cast.make_coach()
    return [book(coach=coach, slot_at=cast.tomorrow_at(9, days=1 + number)) for number in range(count)]


def cancel(booking: CoachBooking, *, reason: str = "") -> CoachBooking:
    return cancel_coach_booking(
        booking=booking, reason=reason, as_staff=True, now=datetime.now(tz=UTC) - timedelta(milliseconds=500)
    )


def send_due(*, seconds: float = 20) -> int:
    """A turn of a worker, with time for all that is due."""
    return sending.send_due(deadline=time.monotonic() + seconds)


def outgoing(message: Message) -> Outgoing:
    """The message as a channel gets it."""
    facts = subjects.load(kind=message.subject_kind, subject_id=message.subject_id)
    assert facts is not None
    return compose(message=message, facts=facts, reader=reader_of(message, facts=facts))


def message_about(booking: CoachBooking, event: str = "booked") -> Message:
    return Message.objects.get(subject_id=booking.pk, event=event)


def states() -> list[str]:
    return list(Message.objects.order_by("created_at", "event").values_list("state", flat=True))


def end_lease(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(lease_until=datetime.now(tz=UTC) - timedelta(seconds=1))


def make_due(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(due_at=datetime.now(tz=UTC) - timedelta(seconds=1))


def replan() -> bool:
    """Plans anew what changed rules say, as a worker does before it sends. The test's own transaction is open: it has
    no older ones to wait for, and is one itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replanning, "_older_transactions_have_ended", lambda _xid: True)
        return replanning.replan_rules(deadline=time.monotonic() + 20, now=datetime.now(tz=UTC))


def end_rules() -> None:
    for rule in Rule.objects.kept():
        archive_rule(rule=rule, now=datetime.now(tz=UTC))
