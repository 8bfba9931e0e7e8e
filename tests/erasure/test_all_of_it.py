"""What a batch or a cap could leave out: mails by an address that is gone afterwards, copies of a coach's words."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import AccountMail
from bookings.models import EventBooking
from bookings.rules.event_booking import Role
from bookings.services.cancel_event import cancel_event
from bookings.services.cancel_event_booking import cancel_event_booking
from notifications.calendars import export
from notifications.public import calendar_of_person
from scheduling.services.continue_erasures import continue_erasures
from scheduling.services.erase_person import erase_person
from tenants.personal import BATCH
from tests.erasure import search, world
from tests.erasure.test_resuming import _far
from tests.support import cast


def test_mails_to_the_address_go_before_it_is_gone(north: Any) -> None:
    person, now = cast.make_client().person, timezone.now()
    mail: dict[str, Any] = {"purpose": "password_reset", "created_at": now, "due_at": now}
    AccountMail.objects.bulk_create(AccountMail(address=person.email.upper(), **mail) for _ in range(BATCH + 1))
    other = AccountMail.objects.create(address="other@example.com", **mail)

    receipt = erase_person(person=person, by="user:x", now=now)

    assert receipt.done["account_mails"] == BATCH + 1
    assert AccountMail.objects.get() == other


def test_a_coachs_words_are_gone_from_others_bookings(north: Any) -> None:
    coach, other = cast.make_coach(), cast.make_coach("Eve Other")
    one, two = cast.make_client(), cast.make_client("Cay Client")
    led, kept = world.make_event(coach, 3), world.make_event(other, 4)
    own = world.book(one, world.make_event(coach, 5))[0]
    for client in (one, two):
        world.book(client, led, kept)
    said: dict[str, Any] = {"reason_code": "Other", "now": timezone.now()}
    cancel_event(event=led, role=Role.COACH, reason_text="coachcanary", **said)
    cancel_event(event=kept, role=Role.COACH, reason_text=world.WORD, **said)
    cancel_event_booking(booking=own, role=Role.ATHLETE, reason_text=world.WORD, **said)
    found = {trace.partition(":")[0] for trace in search.traces("coachcanary")}
    assert found == {"audit_auditpersonal", "bookings_event", "bookings_eventbooking"}
    world.settle(erase_person(person=coach.person, by="user:x", now=timezone.now()))

    continue_erasures(deadline=_far())

    texts = EventBooking.objects.values_list("event_id", "cancellation_reason_text")
    # Another coach's words and the client's own stay.
    assert set(texts) == {(led.pk, ""), (kept.pk, world.WORD), (own.event_id, world.WORD)}
    # Not in the audit either, where the others' are still to be read.
    assert search.traces("coachcanary") == []
    assert "audit_auditpersonal" in {trace.partition(":")[0] for trace in search.traces(world.WORD)}


def test_of_too_many_bookings_those_next_to_now_are_given(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ENTRIES", 3)
    client, coach = cast.make_client(), cast.make_coach()
    events = {days: world.make_event(coach, days) for days in (-9, -2, 2, 9)}
    world.book(client, *events.values())
    cast.make_office_hour(coach)
    booking = cast.make_booking(coach, client, slot_at=world.at(-5).replace(hour=9))

    given = calendar_of_person(client.person, now=timezone.now() + timedelta(minutes=1)).decode()

    starts = {days: f"{event.starts_at:%Y%m%dT%H%M%S}" for days, event in events.items()}
    assert given.count("BEGIN:VEVENT") == 3
    assert [days for days, text in starts.items() if text in given] == [-2, 2, 9]
    assert str(booking.pk) not in given
