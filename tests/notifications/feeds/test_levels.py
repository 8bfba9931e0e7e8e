"""Three levels of detail: a level never says what belongs to the next."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bookings.models import CoachBooking
from bookings.services.book_coach import book_coach
from notifications import subjects
from notifications.models import CalendarFeed
from notifications.subjects import SubjectFacts
from scheduling.models import Person
from scheduling.public import Period, Subject, reserve
from tests.notifications.feeds.scene import fetch, summaries
from tests.notifications.scene import book
from tests.support import cast

CLIENT, COACH, NOTE, PLACE, TITLE = "canary-client", "canary-coach", "canary-note", "canary-place", "canary-title"
ALL = {CLIENT, COACH, NOTE, PLACE, TITLE}
# By level and owner: which of the words may be read.
MAY_SAY = {
    ("busy", "staff"): set(),
    ("busy", "room"): set(),
    ("busy", "client"): set(),
    ("limited", "staff"): {TITLE, COACH},
    ("limited", "room"): {TITLE},
    ("limited", "client"): {TITLE},
    ("full", "staff"): {TITLE, CLIENT, NOTE, PLACE, COACH},
    ("full", "room"): {TITLE, CLIENT, NOTE, PLACE},
    ("full", "client"): {TITLE, CLIENT, NOTE, PLACE},
}


@pytest.fixture
def owners(north: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A booking in which each fact is a word of its own."""
    ada, bob, room = cast.make_coach(), cast.make_client(), cast.make_room()
    booking = book(coach=ada, client=bob)
    reserve(
        resource_ids=[room.resource_id],
        period=Period(booking.starts_at, booking.ends_at),
        subject=Subject(CoachBooking.SUBJECT_KIND, booking.pk),
        now=datetime.now(tz=UTC),
    )
    Person.objects.filter(pk=bob.person_id).update(given_name=CLIENT)
    Person.objects.filter(pk=ada.person_id).update(given_name=COACH)
    real = subjects.source(CoachBooking.SUBJECT_KIND)

    def load(ids: Any) -> dict[Any, SubjectFacts]:
        words: dict[str, Any] = {"title": TITLE, "client_name": CLIENT, "notes": NOTE, "location": PLACE}
        return {key: replace(facts, **words) for key, facts in real.load(ids).items()}

    monkeypatch.setitem(subjects._sources, CoachBooking.SUBJECT_KIND, replace(real, load=load))
    return {"staff": ada, "room": room, "client": bob}


@pytest.mark.parametrize(("level", "owner"), MAY_SAY)
def test_a_level_says_this_and_nothing_more(north: Any, owners: dict[str, Any], level: str, owner: str) -> None:
    answer = fetch(north, cast.make_feed(owners[owner], level=level))

    said = answer.content.replace(b"\r\n ", b"").decode() + str(answer.headers)
    assert {word for word in ALL if word in said} == MAY_SAY[level, owner]
    assert len(summaries(answer)) == 1


def test_busy_names_nobody_and_no_booking(north: Any, owners: dict[str, Any]) -> None:
    booking = CoachBooking.objects.get()
    for owner in owners.values():
        answer = fetch(north, cast.make_feed(owner, level="busy"))
        assert summaries(answer) == ["Busy"]
        assert str(booking.pk) not in answer.content.decode()


def test_two_busy_feeds_can_t_be_put_beside_one_another(north: Any, owners: dict[str, Any]) -> None:
    lines = [
        {
            line
            for line in fetch(north, cast.make_feed(owners["staff"], level="busy")).content.split()
            if b"UID:" in line
        }
        for _ in range(2)
    ]
    assert not lines[0] & lines[1]


def test_a_busy_block_keeps_its_uid(north: Any, owners: dict[str, Any]) -> None:
    feed = cast.make_feed(owners["staff"], level="busy")

    assert fetch(north, feed).content == fetch(north, feed).content


@pytest.mark.parametrize("level", ["busy", "limited", "full"])
@pytest.mark.parametrize("owner", ["staff", "client"])
def test_what_another_brand_has_booked_is_busy_whatever_the_level(north: Any, owner: str, level: str) -> None:
    kids = cast.make_brand("kids")
    ada, bob = cast.make_coach(), cast.make_client()
    ada.brands.add(kids)
    bob.brands.add(kids)
    cast.make_office_hour(ada, brand=kids)
    book_coach(
        coach_id=ada.person_id,
        patient_id=bob.person_id,
        brand_id=kids.pk,
        slot_at=cast.tomorrow_at(9),
        notes="canary-note",
        now=datetime.now(tz=UTC),
    )
    person = ada if owner == "staff" else bob

    here = fetch(north, cast.make_feed(person, level=level, name="x"))
    there = fetch(north, cast.make_feed(person, level=level, name="x", brand=kids))

    assert summaries(here) == ["Busy"]
    assert "canary" not in here.content.decode()
    assert "Kids" not in here.content.decode()
    assert (summaries(there) == ["Busy"]) == (level == "busy")
    assert ("canary" in there.content.decode()) == (level == "full")


def test_the_level_of_a_new_feed_is_busy() -> None:
    assert CalendarFeed().level == "busy"
