"""What clients, coaches, their calendars and other systems are told about places in events."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from bookings.models import Event, EventBooking, Sport
from bookings.rules.event_booking import Role
from bookings.services.cancel_event import cancel_event
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.decide_event_booking import decide_event_booking
from notifications.channels.email.transport import build
from notifications.models import Message, Rule, WebhookDelivery
from scheduling.models import Location, Person
from tests.notifications import scene
from tests.notifications.feeds.scene import entries, fetch, summaries
from tests.notifications.webhooks.scene import register
from tests.support import cast
from tests.support.eventing import make_event, make_place, order

DAY = timedelta(days=1)


@pytest.fixture
def boxing(north: Any) -> Event:
    """Tomorrow at ten, with approval, in a hall; everybody is told of everything."""
    Rule.objects.all().update(audience="both")
    return make_event(
        cast.make_coach("Ilya Coach"),
        cast.tomorrow_at(10),
        places=20,
        sport_id=Sport.objects.create(name="Boxing").pk,
        address_id=Location.objects.create(name="Hall 2", address="Quay 1").pk,
        needs_approval=True,
    )


def _decide(booking: EventBooking, *, accept: bool) -> None:
    decide_event_booking(booking=booking, accept=accept, now=booking.created_at)


def _last(booking: EventBooking, event: str, *, of_staff: bool = False) -> Message:
    person = booking.event.coach.person_id if of_staff else booking.client.person_id
    found = Message.objects.filter(subject_id=booking.pk, event=event, recipient=person)
    return found.order_by("schedule_version").select_related("rule", "recipient", "brand")[found.count() - 1]


def _words(booking: EventBooking, event: str, *, of_staff: bool = False) -> tuple[str, str]:
    text = scene.outgoing(_last(booking, event, of_staff=of_staff)).text
    return text.subject, text.text


def _attached(booking: EventBooking, event: str) -> Any:
    mail: Any = build(scene.outgoing(_last(booking, event))).message()
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    parsed: Any = Calendar.from_ical(part.get_payload(decode=True))
    (entry,) = parsed.walk("VEVENT")
    return parsed["METHOD"], entry


# By language: said of a place that waits, that was accepted and that was not.
WORDS = {
    "en": ("waits for approval", "you are booked", "was not accepted"),
    "de": ("wartet auf Bestätigung", "ist gebucht", "wurde nicht bestätigt"),
    "ru": ("ждёт подтверждения", "Вы записаны", "не подтверждена"),
}


@pytest.mark.parametrize("language", WORDS)
def test_the_client_reads_that_a_place_waits_and_what_was_decided(boxing: Event, language: str) -> None:
    waits, booked, declined = WORDS[language]
    bob, carol = make_place(boxing, cast.make_client()), make_place(boxing, cast.make_client("Carol Client"))
    Person.objects.update(language=language)

    subject, text = _words(bob, "booked")
    assert waits in text
    assert booked not in text
    assert "Boxing\n  Hall 2, Quay 1" in text
    _decide(bob, accept=True)
    _decide(carol, accept=False)

    accepted, refused = _words(bob, "booked"), _words(carol, "cancelled")
    assert booked in accepted[1]
    assert waits not in accepted[1]
    assert declined in refused[1]
    assert len({subject, accepted[0], refused[0]}) == 3


@pytest.mark.parametrize(("language", "free"), [("en", "free again"), ("de", "wieder frei"), ("ru", "снова свободно")])
def test_the_coach_reads_that_a_place_waits_and_never_that_the_hour_is_free(
    boxing: Event, language: str, free: str
) -> None:
    booking = make_place(boxing, cast.make_client())
    Person.objects.update(language=language)

    subject, text = _words(booking, "booked", of_staff=True)
    assert WORDS[language][0] in text
    assert "Bob Client" in subject
    cancel_event_booking(booking=booking, role=Role.ATHLETE, reason_code="NoTime", now=booking.created_at)

    assert free not in _words(booking, "cancelled", of_staff=True)[1]


def test_the_confirmation_that_was_not_sent_is_dropped_when_it_is_decided(boxing: Event) -> None:
    booking = make_place(boxing, cast.make_client())
    _decide(booking, accept=True)

    told = Message.objects.filter(subject_id=booking.pk).values_list("event", "schedule_version", "state").distinct()
    assert sorted(told) == [("booked", 0, "superseded"), ("booked", 1, "planned")]


def test_nobody_is_reminded_of_what_waits_for_approval(boxing: Event) -> None:
    Rule.objects.create(event="before_start", offset_minutes=30, audience="client")
    booking = make_place(boxing, cast.make_client())
    assert not Message.objects.filter(event="before_start").exists()

    _decide(booking, accept=True)

    assert Message.objects.filter(event="before_start", subject_id=booking.pk, state="planned").exists()


def test_a_new_rule_reminds_of_what_is_accepted_and_of_nothing_else(boxing: Event) -> None:
    bob, carol, _ = (make_place(boxing, cast.make_client(name)) for name in ("Bob B", "Carol C", "Dora D"))
    _decide(bob, accept=True)
    _decide(carol, accept=False)
    rule = Rule.objects.create(
        event="before_start", offset_minutes=30, audience="client", version=2, subject_kind="event_booking"
    )

    assert scene.replan()

    assert [message.subject_id for message in Message.objects.filter(rule=rule)] == [bob.pk]


def test_the_calendar_file_is_tentative_then_certain_then_gone(boxing: Event) -> None:
    booking = make_place(boxing, cast.make_client())

    method, entry = _attached(booking, "booked")
    assert (method, entry["STATUS"], entry["SEQUENCE"]) == ("REQUEST", "TENTATIVE", 0)
    assert entry["UID"] == str(booking.pk)
    assert entry["LOCATION"] == "Hall 2, Quay 1"
    assert entry["SUMMARY"] == "Boxing with Ilya Coach (North)"
    assert entry["ORGANIZER"].params["CN"] == "North"
    _decide(booking, accept=True)
    method, entry = _attached(booking, "booked")
    assert (method, entry["STATUS"], entry["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 1)
    cancel_event(event=boxing, role=Role.COACH, reason_code="Other", reason_text="Ill", now=booking.created_at)
    method, entry = _attached(booking, "cancelled")
    assert (method, entry["STATUS"], entry["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)


def test_webhooks_tell_what_waits_from_what_was_decided(boxing: Event) -> None:
    register("https://93.184.216.34/")
    bob, carol = make_place(boxing, cast.make_client()), make_place(boxing, cast.make_client("Carol Client"))
    _decide(bob, accept=True)
    _decide(carol, accept=False)

    def told(booking: EventBooking) -> list[tuple[str, str, str]]:
        sent = [delivery.payload for delivery in WebhookDelivery.objects.filter(subject_id=booking.pk).order_by("pk")]
        return [(each["data"]["kind"], each["type"], each["data"]["stage"]) for each in sent]

    assert told(bob) == [
        ("event_booking", "booking.booked", "pending"),
        ("event_booking", "booking.booked", "stands"),
    ]
    assert told(carol)[1:] == [("event_booking", "booking.cancelled", "declined")]


@pytest.mark.parametrize("level", ["limited", "full"])
def test_a_coach_s_calendar_has_an_event_once_with_its_places(north: Any, boxing: Event, level: str) -> None:
    for name in ("Bob Client", "Carol Client"):
        make_place(boxing, cast.make_client(name))

    answer = fetch(north, cast.make_feed(boxing.coach, level=level))

    (entry,) = entries(answer)
    assert entry["SUMMARY"] == "Boxing, 2 of 20 places taken (North)"
    assert (entry["UID"], entry["STATUS"]) == (str(boxing.pk), "CONFIRMED")
    assert str(entry.get("LOCATION", "")) == ("Hall 2, Quay 1" if level == "full" else "")
    assert "Client" not in answer.content.decode()


def test_a_busy_calendar_says_nothing_of_an_event_and_another_brand_s_neither(north: Any, boxing: Event) -> None:
    kids = cast.make_brand("kids")
    boxing.coach.brands.add(kids)

    for feed in (cast.make_feed(boxing.coach, level="busy"), cast.make_feed(boxing.coach, level="full", brand=kids)):
        assert summaries(fetch(north, feed)) == ["Busy"]


def test_a_canceled_event_leaves_all_calendars(north: Any, boxing: Event) -> None:
    bob = cast.make_client()
    make_place(boxing, bob)
    cancel_event(event=boxing, role=Role.COACH, reason_code="Other", now=boxing.created_at)

    assert entries(fetch(north, cast.make_feed(boxing.coach))) == []
    assert entries(fetch(north, cast.make_feed(bob))) == []


def test_a_client_s_calendar_has_their_places_and_says_what_is_not_certain(north: Any, boxing: Event) -> None:
    bob, carol = cast.make_client(), cast.make_client("Carol Client")
    sure = make_event(boxing.coach, boxing.starts_at + DAY)
    order(bob, boxing, sure)
    make_place(boxing, carol)

    found = entries(fetch(north, cast.make_feed(bob)))

    assert [(str(entry["SUMMARY"]), entry["STATUS"]) for entry in found] == [
        ("Boxing with Ilya Coach (North)", "TENTATIVE"),
        ("Ilya Coach (North)", "CONFIRMED"),
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_a_feed_of_many_events_costs_as_many_statements_as_of_one(north: Any, boxing: Event, number: int) -> None:
    for days in range(1, number):
        make_event(boxing.coach, boxing.starts_at + days * DAY)
    feed = cast.make_feed(boxing.coach)
    fetch(north, feed)

    with CaptureQueriesContext(connection) as captured:
        assert len(entries(fetch(north, feed))) == number

    assert sum("bookings_event" in query["sql"] for query in captured) == 1


@pytest.mark.parametrize("number", [1, 12])
def test_an_event_that_is_canceled_is_told_in_a_constant_number_of_statements(north: Any, number: int) -> None:
    event = make_event(cast.make_coach(), cast.tomorrow_at(10), places=number)
    for each in range(number):
        make_place(event, cast.make_client(f"Client {each}"))

    with CaptureQueriesContext(connection) as captured:
        cancel_event(event=event, role=Role.COACH, reason_code="Other", now=event.created_at)

    assert sum("notifications_" in query["sql"] for query in captured) == 4
    assert Message.objects.filter(event="cancelled", state="planned").count() == number
