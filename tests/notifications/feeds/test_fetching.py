"""What a calendar program gets at a feed's address, compared to what is booked."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from bookings.models import CoachBooking
from bookings.services.cancel_coach_booking import cancel_coach_booking
from notifications import subjects
from notifications.models import CalendarFeed
from notifications.rules import feeds as rules
from scheduling.models import Reservation
from scheduling.public import Period, Subject, reserve
from tests.notifications.feeds.scene import entries, fetch, summaries, times
from tests.notifications.scene import book
from tests.support import cast
from tests.support.other_parser import instants


def _cancel(booking: CoachBooking) -> None:
    cancel_coach_booking(booking=booking, reason="", as_staff=True, now=datetime.now(tz=UTC))


def test_a_coach_s_feed_holds_their_bookings_and_no_others(north: Any) -> None:
    ada, eve = cast.make_coach(), cast.make_coach("Eve Coach")
    bob, carol = cast.make_client(), cast.make_client("Carol Client")
    bookings = [
        book(coach=ada, client=bob, slot_at=cast.tomorrow_at(9)),
        book(coach=ada, client=carol, slot_at=cast.tomorrow_at(11)),
    ]
    book(coach=eve, client=bob, slot_at=cast.tomorrow_at(9))

    answer = fetch(north, cast.make_feed(ada))

    found = entries(answer)
    assert [entry["UID"] for entry in found] == [str(booking.pk) for booking in bookings]
    assert summaries(answer) == ["Bob Client", "Carol Client"]
    assert times(answer) == [(booking.starts_at, booking.ends_at) for booking in bookings]
    assert [entry["SEQUENCE"] for entry in found] == [0, 0]
    assert all((entry["STATUS"], entry["TRANSP"]) == ("CONFIRMED", "OPAQUE") for entry in found)
    assert not any("ATTENDEE" in entry or "ORGANIZER" in entry for entry in found)


def test_a_client_s_feed_holds_what_they_booked(north: Any) -> None:
    ada, bob, carol = cast.make_coach(), cast.make_client(), cast.make_client("Carol Client")
    booking = book(coach=ada, client=bob, slot_at=cast.tomorrow_at(9))
    book(coach=ada, client=carol, slot_at=cast.tomorrow_at(11))

    answer = fetch(north, cast.make_feed(bob))

    assert [entry["UID"] for entry in entries(answer)] == [str(booking.pk)]
    assert "Ada Coach" in summaries(answer)[0]


def test_a_room_s_feed_holds_what_takes_its_time(north: Any) -> None:
    room = cast.make_room()
    booking = book()
    period = Period(booking.starts_at, booking.ends_at)
    subject = Subject(CoachBooking.SUBJECT_KIND, booking.pk)
    reserve(resource_ids=[room.resource_id], period=period, subject=subject, now=datetime.now(tz=UTC))

    (summary,) = summaries(fetch(north, cast.make_feed(room)))

    assert summary.startswith("Bob Client, Ada Coach")


def test_a_kind_that_nobody_knows_is_busy(north: Any) -> None:
    ada = cast.make_coach()
    period = Period(cast.tomorrow_at(9), cast.tomorrow_at(10))
    subject = Subject("private_block", cast.main_brand().pk)
    reserve(resource_ids=[ada.resource_id], period=period, subject=subject, now=datetime.now(tz=UTC))

    answer = fetch(north, cast.make_feed(ada))

    assert (summaries(answer), times(answer)) == (["Busy"], [(period.start, period.end)])


def test_overbooked_time_is_there_too(north: Any) -> None:
    ada = cast.make_coach()
    now = datetime.now(tz=UTC)
    for number in (1, 2):
        reserve(
            resource_ids=[ada.resource_id],
            period=Period(cast.tomorrow_at(9), cast.tomorrow_at(10)),
            subject=Subject("private_block", UUID(int=number)),
            now=now,
            overbook=number == 2,
            reason="emergency",
        )
    assert Reservation.objects.filter(exclusive=False).exists()

    assert summaries(fetch(north, cast.make_feed(ada))) == ["Busy", "Busy"]


def test_what_was_cancelled_is_gone(north: Any) -> None:
    ada, bob = cast.make_coach(), cast.make_client()
    kept, gone = book(coach=ada, client=bob), book(coach=ada, client=bob, slot_at=cast.tomorrow_at(11))
    feeds = [cast.make_feed(owner, level=level) for owner in (ada, bob) for level in ("busy", "limited", "full")]
    assert all(len(entries(fetch(north, feed))) == 2 for feed in feeds)

    _cancel(gone)

    assert all(times(fetch(north, feed)) == [(kept.starts_at, kept.ends_at)] for feed in feeds)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Berlin", "2031-10-26"), ("Australia/Lord_Howe", "2031-04-05"), ("Asia/Kolkata", "2031-07-01")],
)
def test_every_slot_of_a_night_of_a_clock_change_is_read_as_it_was_meant(
    north: Any, monkeypatch: pytest.MonkeyPatch, zone: str, day: str
) -> None:
    """By icalendar, and by a program that goes by VTIMEZONE alone."""
    ada = cast.make_coach(timezone=zone)
    start = datetime.fromisoformat(f"{day}T00:00+00:00")
    cast.make_office_hour(ada, start_time=start.time(), end_time=start.time(), horizon_days=730)
    bob = cast.make_client()
    made = [cast.make_booking(ada, bob, slot_at=start + timedelta(minutes=30 * number)) for number in range(40)]
    monkeypatch.setattr("notifications.api.calendar_file.timezone.now", lambda: start)

    answer = fetch(north, cast.make_feed(ada))

    assert times(answer) == [(booking.starts_at, booking.ends_at) for booking in made]
    assert instants(answer.content) == {(str(b.pk), b.starts_at, b.ends_at) for b in made}


def test_the_calendar_says_what_it_is(north: Any) -> None:
    book(coach=(ada := cast.make_coach(timezone="Europe/Berlin")))

    answer = fetch(north, cast.make_feed(ada, name="Ada's phone"))

    parsed: Any = Calendar.from_ical(answer.content)
    assert (parsed["X-WR-CALNAME"], parsed["NAME"], parsed["X-WR-TIMEZONE"]) == (
        "Ada's phone",
        "Ada's phone",
        "Europe/Berlin",
    )
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.content
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in answer.content
    assert "METHOD" not in parsed
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_an_empty_calendar_is_one(north: Any, zone: str) -> None:
    answer = fetch(north, cast.make_feed(cast.make_coach(timezone=zone)))

    assert entries(answer) == []
    assert b"BEGIN:VTIMEZONE" in answer.content


def test_what_is_long_ago_or_far_ahead_is_left_out(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = cast.make_coach()
    noon = cast.MONDAY.replace(hour=12)
    days = (-91, -89, 0, 364, 366)
    for number, day in enumerate(days):
        period = Period.lasting(noon + timedelta(days=day), minutes=30)
        subject = Subject("private_block", UUID(int=number + 1))
        reserve(resource_ids=[ada.resource_id], period=period, subject=subject, now=noon)
    monkeypatch.setattr("notifications.api.calendar_file.timezone.now", lambda: noon)

    found = times(fetch(north, cast.make_feed(ada)))

    assert [(start - noon).days for start, _ in found] == [-89, 0, 364]


@pytest.mark.parametrize("owner", ["staff", "client"])
def test_of_too_many_those_next_to_now_are_kept(north: Any, monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    ada, bob = cast.make_coach(), cast.make_client()
    cast.make_office_hour(ada)
    noon = cast.MONDAY.replace(hour=12)
    for day in (-2, -1, 0, 1, 2):
        cast.make_booking(ada, bob, slot_at=noon + timedelta(days=day))
    monkeypatch.setattr("notifications.api.calendar_file.timezone.now", lambda: noon)
    monkeypatch.setattr("notifications.calendars.contents.MOST_ENTRIES", 4)

    found = times(fetch(north, cast.make_feed(ada if owner == "staff" else bob)))

    assert [(start - noon).days for start, _ in found] == [-1, 0, 1, 2]
    assert rules.MOST_ENTRIES >= 1000


@pytest.mark.parametrize("level", ["busy", "limited", "full"])
@pytest.mark.parametrize("owner", ["staff", "client"])
def test_fifty_bookings_cost_as_many_statements_as_one(north: Any, owner: str, level: str) -> None:
    ada, bob = cast.make_coach(), cast.make_client()
    cast.make_office_hour(ada)
    feed = cast.make_feed(ada if owner == "staff" else bob, level=level)
    counts = []
    for number in range(50):
        book(coach=ada, client=bob, slot_at=cast.tomorrow_at(9, days=1 + number))
        if number in {0, 49}:
            CalendarFeed.objects.update(last_used_at=datetime.now(tz=UTC))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = fetch(north, feed)
            assert len(entries(answer)) == number + 1
            counts.append(len([q for q in queries if "search_path" not in q["sql"]]))

    assert counts[0] == counts[1]
    # The feed; what is booked (a client's by kind, a staff member's in the ledger); and what is said of it.
    assert counts[0] <= 2 + len(subjects.kinds())
