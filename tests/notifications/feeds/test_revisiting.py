"""As calendar programs do: again and again, with the ETag of the last time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bookings.models import CoachBooking
from bookings.services.cancel_coach_booking import cancel_coach_booking
from notifications.calendars import document
from notifications.models import CalendarFeed
from scheduling.models import Client, Person
from tenants.brands.models import Brand
from tests.notifications.feeds.scene import fetch
from tests.notifications.scene import book
from tests.support import cast


def test_who_has_it_already_gets_304_and_nothing_is_written(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    book(coach=(ada := cast.make_coach()))
    feed = cast.make_feed(ada)
    first = fetch(north, feed)
    monkeypatch.setattr(document, "event", lambda *_, **__: pytest.fail("rendered"))

    again = fetch(north, feed, If_None_Match=first["ETag"])
    weak = fetch(north, feed, If_None_Match=f"W/{first['ETag']}")

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"] == "private, no-cache"
    assert weak.status_code == 304


def test_the_same_is_the_same_byte_for_byte(north: Any) -> None:
    book(coach=(ada := cast.make_coach()))
    feed = cast.make_feed(ada)

    assert fetch(north, feed).content == fetch(north, feed).content


def _booked(ada: Any, bob: Client, booking: CoachBooking) -> None:
    book(coach=ada, client=bob, slot_at=cast.tomorrow_at(12))


def _cancelled(ada: Any, bob: Client, booking: CoachBooking) -> None:
    cancel_coach_booking(booking=booking, reason="", as_staff=True, now=datetime.now(tz=UTC))


def _client_renamed(ada: Any, bob: Client, booking: CoachBooking) -> None:
    Person.objects.filter(pk=bob.person_id).update(given_name="Robert")


def _noted(ada: Any, bob: Client, booking: CoachBooking) -> None:
    CoachBooking.objects.filter(pk=booking.pk).update(notes="Knee")


def _zone_changed(ada: Any, bob: Client, booking: CoachBooking) -> None:
    Person.objects.filter(pk=ada.person_id).update(timezone="Europe/Berlin")


def _brand_renamed(ada: Any, bob: Client, booking: CoachBooking) -> None:
    Brand.objects.update(name="Other")


def _feed_renamed(ada: Any, bob: Client, booking: CoachBooking) -> None:
    CalendarFeed.objects.update(name="Other")


@pytest.mark.parametrize(
    "change", [_booked, _cancelled, _client_renamed, _noted, _zone_changed, _brand_renamed, _feed_renamed]
)
def test_whatever_it_says_changes_the_etag(north: Any, change: Any) -> None:
    ada, bob = cast.make_coach(), cast.make_client()
    booking = book(coach=ada, client=bob)
    feed = cast.make_feed(ada)
    first = fetch(north, feed)

    change(ada, bob, booking)

    again = fetch(north, feed, If_None_Match=first["ETag"])
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    assert again.content != first.content


def test_what_it_does_not_say_does_not_change_the_etag(north: Any) -> None:
    ada, bob = cast.make_coach(), cast.make_client()
    booking = book(coach=ada, client=bob)
    feed = cast.make_feed(ada, level="busy", name="Ada")
    first = fetch(north, feed)

    _client_renamed(ada, bob, booking)
    _noted(ada, bob, booking)

    assert fetch(north, feed, If_None_Match=first["ETag"]).status_code == 304


def test_head_says_the_same_without_the_calendar(north: Any) -> None:
    book(coach=(ada := cast.make_coach()))
    feed = cast.make_feed(ada)

    head, get = fetch(north, feed, method="HEAD"), fetch(north, feed)

    assert (head.status_code, head.content) == (200, b"")
    assert {name: head[name] for name in ("ETag", "Content-Type", "Content-Length")} == {
        name: get[name] for name in ("ETag", "Content-Type", "Content-Length")
    }
    assert fetch(north, feed, method="HEAD", If_None_Match=get["ETag"]).status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_is_read_and_nothing_else(north: Any, method: str) -> None:
    answer = fetch(north, cast.make_feed(cast.make_coach()), method=method)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
