"""After an erasure nothing of the person is left in the database, in mails, in Valkey, in what was logged."""

import logging
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.utils import timezone

from bookings.models import CoachBooking, Event, EventBooking, OfficeHour
from notifications.models import Message
from scheduling.models import Erasure, Person, Reservation, StaffMember, WorkingHours
from scheduling.selectors.someone import someone
from scheduling.services.continue_erasures import continue_erasure
from scheduling.services.erase_person import erase_person
from scheduling.services.read_personal_data import personal_data
from tenants import personal
from tenants.context import current_schema
from tests.erasure import search, world
from tests.notifications.scene import send_due
from tests.support import cast
from tests.support.http import Rest
from visits.models import Provider, Slot, Visit


def erase(person: Person) -> Erasure:
    receipt = erase_person(person=person, by="user:somebody", now=timezone.now())
    world.settle(receipt)
    continue_erasure(erasure_id=receipt.pk, deadline=time.monotonic() + 60)
    return Erasure.objects.get(pk=receipt.pk)


@pytest.fixture
def known(north: Any, settings: Any, caplog: pytest.LogCaptureFixture) -> world.Known:
    # From here on, for what is logged of somebody while they are known is not erased.
    caplog.set_level(logging.DEBUG)
    settings.EMAIL_BACKEND = "notifications.channels.email.eml_backend.EmailBackend"
    return world.make_known(north)


def test_no_table_and_no_mail_holds_a_word_of_an_erased_client(
    known: world.Known, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    planted = {trace.partition(":")[0] for trace in search.traces(*world.WORDS)}
    assert planted >= world.TABLES
    assert search.mails_with(tmp_path / "mail", *world.WORDS)

    receipt = erase(known.person)

    assert receipt.finished_at is not None, receipt.failure
    assert search.traces(*world.WORDS) == []
    assert search.mails_with(tmp_path / "mail", *world.WORDS) == []
    assert search.in_valkey(conf.REDIS_URL, *world.WORDS) == []
    logged = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert logged
    assert search.in_log(logged, *world.WORDS) == []
    assert not search.holds(world.log_of_erasures().read_text(), *world.WORDS)
    # The coach was told of both that are off; nobody who is nobody was told anything.
    assert not Message.objects.filter(recipient=known.person, state__in=["planned", "sending", "failed"]).exists()
    assert Message.objects.filter(recipient=known.coach.person, event="cancelled", state="planned").exists()


def test_without_one_declaration_a_trace_is_found(known: world.Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above looks for, it would find."""
    rest = {name: table for name, table in personal._tables.items() if name != "visits_visit"}
    monkeypatch.setattr(personal, "_tables", rest)

    erase(known.person)

    assert {trace.partition(":")[0] for trace in search.traces(*world.WORDS)} == {"visits_visit"}


def test_amounts_and_dates_stay_and_what_was_ahead_is_free(known: world.Known) -> None:
    price, starts = known.past.price, known.past.event.starts_at

    erase(known.person)

    past, ahead = (EventBooking.objects.get(pk=booking.pk) for booking in (known.past, known.ahead))
    assert (past.price, past.event.starts_at, past.status) == (price, starts, "InDispute")
    assert (ahead.status, ahead.canceled_by_role, ahead.price) == ("Canceled", "System", price)
    assert Event.objects.get(pk=known.event.pk).taken == 0
    now = timezone.now()
    assert not CoachBooking.objects.filter(status="booked", starts_at__gt=now).exists()
    assert not Visit.objects.filter(status="scheduled", starts_at__gt=now).exists()
    assert Visit.objects.filter(price_minor=9000, currency="EUR").count() == 2
    kinds = ["coach_booking", "visit"]
    assert not Reservation.objects.filter(active=True, subject_kind__in=kinds, during__startswith__gt=now).exists()


def test_an_erased_coach_has_no_events_ahead_and_others_keep_their_past(known: world.Known) -> None:
    Person.objects.filter(pk=known.coach.person_id).update(
        given_name="Coachcanary", family_name="Coachcanary", email="c@coachcanary.example.com"
    )
    known.coach.resource.name = "Coachcanary"
    known.coach.resource.save()
    StaffMember.objects.filter(pk=known.coach.pk).update(title="Coachcanary")
    Provider.objects.update(specialty="coachcanary", npi="coachcanary", metadata={"x": "coachcanary"})
    cast.make_service(known.coach)
    cast.make_feed(known.coach, name="coachcanary")

    receipt = erase(Person.objects.get(pk=known.coach.person_id))

    assert receipt.finished_at is not None, receipt.failure
    assert search.traces("coachcanary") == []
    now = timezone.now()
    assert not Event.objects.filter(status="Scheduled", starts_at__gt=now).exists()
    assert not OfficeHour.objects.filter(is_active=True).exists()
    assert not Slot.objects.filter(closed_at=None, starts_at__gt=now).exists()
    assert not WorkingHours.objects.exists()
    # The client's own: their past, their notes, and word that the rest is off.
    assert EventBooking.objects.get(pk=known.past.pk).note == f"Notes on {world.WORD}"
    assert EventBooking.objects.get(pk=known.ahead.pk).status == "Canceled"
    assert CoachBooking.objects.filter(status="booked", notes__contains=world.WORD).count() == 1
    assert Message.objects.filter(recipient=known.person, event="cancelled", state="planned").exists()


def test_what_clients_were_told_and_answered_names_an_erased_coach_no_more(
    north: Any, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.email.eml_backend.EmailBackend"
    coach, client = cast.make_coach("Coachcanary Coach"), cast.make_client()
    event = world.make_event(coach, 5)
    cast.make_office_hour(coach)
    service = Rest(north, cast.make_token(), **{"X-Current-User-Id": str(client.person_id)})
    ordered = {"userId": str(client.person_id), "eventIds": [str(event.pk)], "paymentMethod": {"type": "Cash"}}
    slot = {"slot_at": world.at(6).replace(hour=13).isoformat()}
    for path, body in (("/v1/bookings", ordered), (f"/v1/coaches/{coach.person_id}/bookings", slot)):
        answer = service.post(path, body, headers={"Idempotency-Key": path})
        assert answer.status_code == 201, answer.content
    send_due()
    assert len(search.mails_with(tmp_path / "mail", "coachcanary")) >= 2

    receipt = erase(coach.person)

    assert receipt.finished_at is not None, receipt.failure
    assert search.mails_with(tmp_path / "mail", "coachcanary") == []
    assert search.traces("coachcanary") == []
    assert search.in_valkey(conf.REDIS_URL, "coachcanary") == []


def test_an_export_holds_every_word_that_an_erasure_removes(known: world.Known) -> None:
    text = str(personal_data(known.person)).lower()
    for part in (world.WORD, world.PHONE, "1987", "says", "ill, ", "notes on", "'s phone", "150000", "9000"):
        assert part in text, part
    # Nothing that opens a door.
    assert known.token not in text
    assert "pbkdf2" not in text
    assert "argon2" not in text


def test_the_rows_of_somebody_else_stay(known: world.Known) -> None:
    other = cast.make_client("Carol Client")
    starts = world.at(7).replace(hour=9)
    booking = cast.make_booking(known.coach, other, slot_at=starts, now=starts - (starts - timezone.now()) / 2)
    CoachBooking.objects.filter(pk=booking.pk).update(notes="Carol's own")
    before = dict(personal.export(someone(other.person)))

    erase(known.person)

    after = dict(personal.export(someone(other.person)))
    assert after == before
    assert current_schema()
