"""The .ics file: calendars replace the entry instead of adding another (RFC 5545, RFC 5546)."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from icalendar import Calendar

from notifications.channels.email.transport import build
from tests.notifications import scene
from tests.support import cast


def _calendar(booking: Any, event: str = "booked") -> Any:
    """The attached calendar as a calendar program reads it, with the method of its MIME header."""
    mail: Any = build(scene.outgoing(scene.message_about(booking, event))).message()
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    parsed = Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == parsed["METHOD"]
    assert part.get_filename() == "booking.ics"
    return parsed


def _event(booking: Any, event: str = "booked") -> Any:
    (found,) = _calendar(booking, event).walk("VEVENT")
    return found


def test_a_booking_is_a_request_with_the_right_times(north: Any) -> None:
    booking = scene.book()

    calendar, event = _calendar(booking), _event(booking)

    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "REQUEST")
    assert event["UID"] == f"{booking.pk}@north.test"
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (booking.starts_at, booking.ends_at)
    assert event["ATTENDEE"] == f"MAILTO:{booking.client.person.email}"
    assert event["ORGANIZER"].params["CN"] == "Ada Coach"


def test_a_cancellation_cancels_the_same_entry_with_a_higher_sequence(north: Any) -> None:
    booking = scene.book()
    before = _event(booking)

    booking = scene.cancel(booking)

    calendar, event = _calendar(booking, "cancelled"), _event(booking, "cancelled")
    assert calendar["METHOD"] == "CANCEL"
    assert (event["UID"], event["STATUS"]) == (before["UID"], "CANCELLED")
    assert event["SEQUENCE"] > before["SEQUENCE"]
    assert event["DTSTART"].dt == before["DTSTART"].dt


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/Berlin", date(2031, 1, 15), "20310115T080000Z"),
        ("Europe/Berlin", date(2031, 7, 15), "20310715T070000Z"),
        ("America/New_York", date(2031, 7, 15), "20310715T130000Z"),
        ("Australia/Lord_Howe", date(2031, 7, 15), "20310714T223000Z"),
        ("Asia/Kolkata", date(2031, 7, 15), "20310715T033000Z"),
    ],
)
def test_nine_o_clock_of_a_zone_is_written_in_utc(north: Any, zone: str, day: date, utc: str) -> None:
    coach = cast.make_coach()
    cast.make_office_hour(coach, on=day, start_time=time(9), end_time=time(10), timezone=zone)
    slot = datetime.strptime(utc, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    booking = cast.make_booking(coach, cast.make_client(), slot_at=slot)

    raw = _calendar(booking).to_ical().decode()

    assert f"DTSTART:{utc}" in raw
    assert _event(booking)["DTEND"].dt.astimezone(UTC) == booking.ends_at


def test_lines_are_folded_and_end_as_the_standard_says(north: Any) -> None:
    coach = cast.make_coach("Ada " + "Ö" * 90)
    raw = _calendar(scene.book(coach=coach)).to_ical()

    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
