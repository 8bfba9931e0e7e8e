"""Thousands of bookings by the real planner, without the ledger; and what must be heard of each in the end."""

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bookings.models import CoachBooking
from bookings.selectors.office_hours import occasion
from notifications.models import Message, Rule
from notifications.public import Event, announce
from tenants.ids import new_id
from tests.notifications.faults.copies import copy_booking
from tests.support import cast

_AT_ONCE = 500


@dataclass
class Stand:
    """The last news of a booking, and when (time.time()) it was known to be committed."""

    event: str
    version: int
    committed_at: float


class Desk:
    """Wants the tenant to be current. One client per booking, so that nothing has to wait for its order."""

    def __init__(self, *, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.stands: dict[UUID, Stand] = {}
        self._open: list[UUID] = []
        Rule.objects.get_or_create(event="rescheduled")
        coach = cast.make_coach()
        self._hour = cast.make_office_hour(coach)
        self._clients = [cast.make_client(f"Bob{number}") for number in range(50)]

    def book(self, count: int, *, ahead: timedelta = timedelta(0)) -> None:
        """Books by a machine whose clock is `ahead` of the database's."""
        now = datetime.now(tz=UTC) + ahead
        for first in range(0, count, _AT_ONCE):
            made = [self._booking(number, now) for number in range(first, min(count, first + _AT_ONCE))]
            with transaction.atomic():
                CoachBooking.objects.bulk_create(made)
                for booking in made:
                    announce(event=Event.BOOKED, occasion=occasion(booking), now=now)
            for booking in made:
                self.stands[booking.pk] = Stand("booked", 0, time.time())
                self._open.append(booking.pk)

    @property
    def latest(self) -> UUID:
        """The booking made last that has not been changed since."""
        return self._open[-1]

    def book_copies(self, count: int, *, ahead: timedelta = timedelta(0)) -> None:
        """As `book`, but only the first is planned; the others are copies of its rows."""
        self.book(1, ahead=ahead)
        for booking_id in copy_booking(self.latest, count - 1):
            self.stands[booking_id] = Stand("booked", 0, time.time())
            self._open.append(booking_id)

    def change(self, count: int) -> int:
        """Cancels some bookings and moves some others, one transaction each; answers how many."""
        count = min(count, len(self._open))
        for _ in range(count):
            moves = self.chance.random() < 0.5
            place = self.chance.randrange(len(self._open))
            self._open[place], self._open[-1] = self._open[-1], self._open[place]
            booking_id = self._open.pop()
            now = datetime.now(tz=UTC)
            with transaction.atomic():
                booking = CoachBooking.objects.select_for_update(of=("self",)).with_people().get(pk=booking_id)
                if moves:
                    booking.starts_at += timedelta(days=1)
                else:
                    booking.status, booking.cancelled_at = "cancelled", now
                booking.version += 1
                booking.schedule_version += 1
                booking.save()
                event = Event.RESCHEDULED if moves else Event.CANCELLED
                announce(event=event, occasion=occasion(booking), now=now)
            self.stands[booking_id] = Stand(event.value, booking.schedule_version, time.time())
        return count

    def make_late(self, by: timedelta) -> None:
        """As if all of it had been planned so long ago, and nobody had looked since."""
        Message.objects.filter(state="planned").update(
            **{name: F(name) - by for name in ("created_at", "due_at", "wanted_at", "expires_at")}
        )

    def _booking(self, number: int, now: datetime) -> CoachBooking:
        client = self._clients[number % len(self._clients)]
        return CoachBooking(
            id=new_id(),
            office_hour=self._hour,
            coach=self._hour.coach,
            client=client,
            brand_id=self._hour.brand_id,
            starts_at=cast.tomorrow_at(9, days=3 + number % 300),
            duration_minutes=30,
            created_at=now,
            updated_at=now,
        )
