"""The .ics file of a mail: calendars replace the entry instead of adding another (RFC 5545, RFC 5546)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from notifications.channels.email.calendar import invitation
from notifications.channels.email.transport import build
from notifications.channels.outgoing import Outgoing, Reader, Text
from notifications.models import Message
from notifications.rules import Event, Stage
from notifications.subjects import Occasion, SubjectFacts
from tenants.brands.models import Brand
from tests.notifications import scene
from tests.support import cast
from tests.support.other_parser import instants

_START = datetime(2031, 5, 5, 9, tzinfo=UTC)
_READER = Reader(
    person_id=uuid4(), name="Bob", address="bob@example.com", language="en", zone=ZoneInfo("UTC"), is_staff=False
)
_FACTS = SubjectFacts(
    occasion=Occasion(
        kind="coach_booking",
        id=uuid4(),
        schedule_version=0,
        stage=Stage.STANDS,
        brand_id=uuid4(),
        service_id=None,
        client_id=uuid4(),
        staff_ids=(),
        starts_at=_START,
        ends_at=_START + timedelta(minutes=30),
    ),
    status="booked",
    is_cancelled=False,
    title="Ada Coach (Harbor)",
    staff_name="Ada Coach",
    client_name="Bob Client",
    changed_at=datetime(2031, 5, 1, 12, tzinfo=UTC),
)


def _part(
    facts: SubjectFacts = _FACTS, *, reader: Reader = _READER, event: Event = Event.BOOKED, brand: str = "Harbor"
) -> Any:
    message = Message(event=event, brand=Brand(name=brand))
    outgoing = Outgoing(message=message, facts=facts, reader=reader, text=Text(subject="", text=""))
    return invitation(outgoing, organizer="harbor@example.com")


def _raw(facts: SubjectFacts = _FACTS, **more: Any) -> bytes:
    raw: bytes = _part(facts, **more).get_payload(decode=True)
    return raw


def _entry(facts: SubjectFacts = _FACTS, **more: Any) -> Any:
    (found,) = _parsed(_raw(facts, **more)).walk("VEVENT")
    return found


def _parsed(raw: Any) -> Any:
    return Calendar.from_ical(raw)


def _moved(facts: SubjectFacts, **occasion: Any) -> SubjectFacts:
    return replace(facts, occasion=replace(facts.occasion, **occasion))


def _attached(booking: Any, event: str = "booked") -> Any:
    """The attached calendar as a calendar program reads it, with the method of its MIME header."""
    mail: Any = build(scene.outgoing(scene.message_about(booking, event))).message()
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    parsed = _parsed(part.get_payload(decode=True))
    assert part.get_param("method") == parsed["METHOD"]
    assert part.get_filename() == "booking.ics"
    return parsed


def test_a_booking_is_a_request_with_the_right_times(north: Any) -> None:
    booking = scene.book()

    calendar = _attached(booking)
    (event,) = calendar.walk("VEVENT")

    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "REQUEST")
    assert event["UID"] == str(booking.pk)
    assert (event["SEQUENCE"], event["STATUS"], event["TRANSP"]) == (0, "CONFIRMED", "OPAQUE")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (booking.starts_at, booking.ends_at)
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == booking.updated_at.replace(microsecond=0)
    assert event["ATTENDEE"] == f"mailto:{booking.client.person.email}"
    assert event["ORGANIZER"].params["CN"] == booking.brand.name


def test_a_cancellation_cancels_the_same_entry_with_a_higher_sequence(north: Any) -> None:
    booking = scene.book()
    (before,) = _attached(booking).walk("VEVENT")

    booking = scene.cancel(booking)

    calendar = _attached(booking, "cancelled")
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "CANCEL"
    assert (event["UID"], event["STATUS"], event["TRANSP"]) == (before["UID"], "CANCELLED", "TRANSPARENT")
    assert event["SEQUENCE"] > before["SEQUENCE"]
    assert event["DTSTART"].dt == before["DTSTART"].dt
    assert event["ORGANIZER"] == before["ORGANIZER"]
    assert event["ATTENDEE"] == before["ATTENDEE"]


def test_a_moved_booking_replaces_the_entry() -> None:
    later = _moved(
        _FACTS, schedule_version=1, starts_at=_START + timedelta(days=1), ends_at=_START + timedelta(days=1.5)
    )

    before, after = _entry(), _entry(later, event=Event.RESCHEDULED)

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == _START + timedelta(days=1)


def test_a_reminder_carries_the_very_file_of_the_confirmation() -> None:
    assert _raw(event=Event.BEFORE_START) == _raw(event=Event.BOOKED)


@pytest.mark.parametrize("event", [Event.AFTER_END, Event.COMPLETED, Event.NO_SHOW])
def test_what_is_told_afterwards_has_no_file(event: Event) -> None:
    assert _part(event=event) is None


def test_each_event_was_thought_of() -> None:
    assert {event for event in Event if _part(event=event) is None} == {
        Event.AFTER_END,
        Event.COMPLETED,
        Event.NO_SHOW,
        # Nobody's calendar shows what they have not got.
        Event.PLACE_OFFERED,
        Event.OFFER_EXPIRED,
    }


def test_the_client_finds_the_coach_in_the_calendar_and_the_coach_the_client() -> None:
    coach = replace(_READER, address="ada@example.com", is_staff=True)

    assert _entry()["SUMMARY"] == "Ada Coach (Harbor)"
    assert _entry(reader=coach)["SUMMARY"] == "Bob Client"
    assert _entry(reader=coach)["ATTENDEE"].params["CN"] == "Ada Coach"
    assert _entry()["ATTENDEE"].params["CN"] == "Bob Client"


def test_nobody_is_asked_for_an_answer() -> None:
    attendee = _entry()["ATTENDEE"]

    assert {name: attendee.params[name] for name in ("PARTSTAT", "RSVP", "ROLE")} == {
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
        "ROLE": "REQ-PARTICIPANT",
    }


def test_a_fixed_address_reads_as_staff_and_has_no_name() -> None:
    office = replace(_READER, person_id=None, name="", address="desk@example.com", is_staff=True)

    event = _entry(reader=office)

    assert event["SUMMARY"] == "Bob Client"
    assert event["ATTENDEE"] == "mailto:desk@example.com"
    assert "CN" not in event["ATTENDEE"].params


def test_the_place_is_there_when_there_is_one() -> None:
    assert "LOCATION" not in _entry()
    assert _entry(replace(_FACTS, location="Room 1; 2nd floor, left\nRing twice"))["LOCATION"] == (
        "Room 1; 2nd floor, left\nRing twice"
    )


@pytest.mark.parametrize(
    ("zone", "wall"),
    [
        ("Europe/Berlin", "TZID=Europe/Berlin:20310505T110000"),
        ("America/New_York", "TZID=America/New_York:20310505T050000"),
        ("Australia/Lord_Howe", "TZID=Australia/Lord_Howe:20310505T193000"),
        ("Asia/Kolkata", "TZID=Asia/Kolkata:20310505T143000"),
    ],
)
def test_times_are_on_the_reader_s_clock(zone: str, wall: str) -> None:
    raw = _raw(reader=replace(_READER, zone=ZoneInfo(zone)))

    assert f"DTSTART;{wall}\r\n".encode() in raw
    assert f"TZID:{zone}\r\n".encode() in raw
    assert instants(raw) == {(str(_FACTS.id), _FACTS.starts_at, _FACTS.ends_at)}


def test_in_utc_no_zone_is_spelled_out() -> None:
    assert b"DTSTART:20310505T090000Z\r\n" in _raw()
    assert b"VTIMEZONE" not in _raw()


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("Europe/Berlin", datetime(2031, 3, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2031, 10, 26, tzinfo=UTC)),
        ("America/New_York", datetime(2031, 3, 9, 6, tzinfo=UTC)),
        ("America/New_York", datetime(2031, 11, 2, 5, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2031, 4, 5, 14, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2031, 10, 4, 14, tzinfo=UTC)),
        ("Africa/Casablanca", datetime(2031, 1, 26, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2031, 3, 30, tzinfo=UTC)),
    ],
)
def test_every_quarter_of_a_night_of_a_clock_change_is_read_as_it_was_meant(zone: str, night: datetime) -> None:
    reader = replace(_READER, zone=ZoneInfo(zone))
    for quarter in range(16):
        starts_at = night + timedelta(minutes=15 * quarter)
        ends_at = starts_at + timedelta(minutes=30)

        raw = _raw(_moved(_FACTS, starts_at=starts_at, ends_at=ends_at), reader=reader)

        assert instants(raw) == {(str(_FACTS.id), starts_at, ends_at)}, starts_at
        (event,) = _parsed(raw).walk("VEVENT")
        # In UTC: Python finds times that come twice unequal to everything (PEP 495).
        assert [event[name].dt.astimezone(UTC) for name in ("DTSTART", "DTEND")] == [starts_at, ends_at]


def test_without_utc_for_the_second_of_two_wall_times_it_would_be_an_hour_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The guard of the test above: 02:30 comes twice in Berlin, and TZID can only mean the first."""
    from notifications.calendars import document

    starts_at = datetime(2031, 10, 26, 1, 30, tzinfo=UTC)
    facts = _moved(_FACTS, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    reader = replace(_READER, zone=ZoneInfo("Europe/Berlin"))
    assert b"DTSTART:20311026T013000Z" in _raw(facts, reader=reader)

    monkeypatch.setattr(document, "_on_the_clock", lambda a, b, zone: (a.astimezone(zone), b.astimezone(zone)))

    assert {start for _, start, _ in instants(_raw(facts, reader=reader))} == {starts_at - timedelta(hours=1)}


def test_nine_o_clock_of_a_zone_is_nine_o_clock_there(north: Any) -> None:
    coach = cast.make_coach()
    cast.make_office_hour(
        coach, on=date(2031, 7, 15), start_time=time(9), end_time=time(10), timezone="Australia/Lord_Howe"
    )
    client = cast.make_client(timezone="Australia/Lord_Howe")
    booking = cast.make_booking(coach, client, slot_at=datetime(2031, 7, 14, 22, 30, tzinfo=UTC))

    raw = _attached(booking).to_ical()

    assert b"DTSTART;TZID=Australia/Lord_Howe:20310715T090000" in raw
    assert instants(raw) == {(str(booking.pk), booking.starts_at, booking.ends_at)}


NASTY = 'Ada "The; Boss", \r\nATTENDEE:mailto:evil@example.com\r\x0b\x00\x1b\\n Ö' + "é" * 100


def test_names_can_t_add_lines_of_their_own() -> None:
    facts = replace(_FACTS, title=NASTY, client_name=NASTY, staff_name=NASTY, location=NASTY)

    raw = _raw(facts, brand=NASTY)
    (event,) = _parsed(raw).walk("VEVENT")

    lines = raw.replace(b"\r\n ", b"").split(b"\r\n")
    assert len([line for line in lines if line.startswith(b"ATTENDEE")]) == 1
    assert event["ATTENDEE"] == "mailto:bob@example.com"
    assert event["ATTENDEE"].params["CN"].startswith("Ada 'The; Boss', ATTENDEE:mailto:evil@example.com")
    assert event["SUMMARY"].startswith('Ada "The; Boss", \nATTENDEE:mailto:evil@example.com\n\\n Ö')
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert not {c for c in raw if c < 32 and c not in b"\r\n"}


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    raw = _raw(replace(_FACTS, title="Ada " + "Ö" * 90))

    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
