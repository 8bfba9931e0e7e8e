"""/v1/calendar-feeds: the address is shown once, and opens the calendar."""

import re
from typing import Any

import pytest

from api.models import IdempotencyRecord
from notifications.models import CalendarFeed
from notifications.services import create_calendar_feed as making
from tests.notifications.feeds.scene import entries, fetch
from tests.notifications.scene import book
from tests.support import cast
from tests.support.http import Rest

FEEDS = "/v1/calendar-feeds"


def _secret(url: str) -> str:
    found = re.fullmatch(r"http://north\.test/calendars/(\w+)\.ics", url)
    assert found, url
    return found[1]


def _service(tenant: Any) -> Rest:
    return Rest(tenant, cast.make_token())


def test_a_coach_makes_a_feed_of_their_own_and_reads_it(north: Any) -> None:
    booking = book(coach=(ada := cast.make_coach()))
    rest = Rest(north, cast.make_token(user=cast.make_user(ada)))

    made = rest.post(FEEDS, {"kind": "staff", "level": "full", "name": "Phone"})

    assert made.status_code == 201
    assert (made.json()["owner_id"], made["ETag"]) == (str(ada.person_id), '"1"')
    assert [str(e["UID"]) for e in entries(fetch(north, _secret(made.json()["url"])))] == [str(booking.pk)]
    assert CalendarFeed.objects.get().created_by == ada.person.user
    (listed,) = rest.get(FEEDS).json()["data"]
    assert "url" not in listed
    assert rest.get(f"{FEEDS}/{listed['id']}").json() == listed
    assert listed["last_used_at"] is not None
    assert _secret(made.json()["url"]).startswith(listed["prefix"])


def test_nobody_makes_one_of_somebody_else_s_or_of_a_room(north: Any) -> None:
    ada, eve, room = cast.make_coach(), cast.make_coach("Eve Coach"), cast.make_room()
    rest = Rest(north, cast.make_token(user=cast.make_user(ada)))

    for body in ({"kind": "staff", "owner_id": str(eve.person_id)}, {"kind": "room", "owner_id": str(room.pk)}):
        answer = rest.post(FEEDS, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_calendar")
    assert not CalendarFeed.objects.exists()


def test_a_user_without_a_person_sees_and_makes_none(north: Any) -> None:
    """Feeds of rooms have no person either."""
    from accounts.models import User

    cast.make_feed(cast.make_room())
    rest = Rest(north, cast.make_token(user=User.objects.create_user("x@example.com", "a password")))

    assert rest.get(FEEDS).json()["data"] == []
    assert rest.post(FEEDS, {"kind": "client"}).status_code == 404


@pytest.mark.parametrize("kind", ["staff", "room", "client"])
def test_a_service_makes_one_of_anybody_in_its_brand(north: Any, kind: str) -> None:
    room = cast.make_room()
    owners = {"staff": cast.make_coach().person_id, "client": cast.make_client().person_id, "room": room.pk}

    made = _service(north).post(FEEDS, {"kind": kind, "owner_id": str(owners[kind])})

    assert (made.status_code, made.json()["level"], made.json()["kind"]) == (201, "busy", kind)
    assert fetch(north, _secret(made.json()["url"])).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "dog"}, "kind"),
        ({}, "kind"),
        ({"kind": 5}, "kind"),
        ({"kind": "staff"}, "owner_id"),
        ({"kind": "staff", "owner_id": "5"}, "owner_id"),
        ({"kind": "staff", "owner_id": 5}, "owner_id"),
        ({"kind": "staff", "level": "everything"}, "level"),
        ({"kind": "staff", "level": None}, "level"),
        ({"kind": "staff", "name": "x" * 101}, "name"),
        ({"kind": "staff", "name": ["x"]}, "name"),
        ({"kind": "staff", "name": "a\0b"}, "name"),
    ],
)
def test_wrong_input_is_named(north: Any, body: Any, field: str) -> None:
    answer = _service(north).post(FEEDS, body)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert list(answer.json()["errors"]) == [field]


def test_who_is_not_of_the_brand_has_no_calendar_there(north: Any) -> None:
    ina = cast.make_coach("Ina Coach", brand=cast.make_brand("kids"))
    bob = cast.make_client()
    for kind, owner in (("staff", ina.person_id), ("staff", bob.person_id), ("room", bob.person_id)):
        answer = _service(north).post(FEEDS, {"kind": kind, "owner_id": str(owner)})
        assert (answer.status_code, answer.json()["code"]) == (404, "calendar_owner_not_found")


def test_rotating_answers_another_address_and_ends_the_old_one(north: Any) -> None:
    rest = _service(north)
    made = rest.post(FEEDS, {"kind": "staff", "owner_id": str(cast.make_coach().person_id)}).json()

    rotated = rest.post(f"{FEEDS}/{made['id']}/rotate", {})

    assert (rotated.status_code, rotated.json()["version"], rotated["ETag"]) == (200, 2, '"2"')
    assert fetch(north, _secret(made["url"])).status_code == 404
    assert fetch(north, _secret(rotated.json()["url"])).status_code == 200
    assert rest.post(f"{FEEDS}/{made['id']}/rotate", {}, headers={"If-Match": '"1"'}).status_code == 412


def test_revoking_needs_the_version_and_ends_it(north: Any) -> None:
    rest = _service(north)
    feed = cast.make_feed(cast.make_coach())
    path = f"{FEEDS}/{feed.pk}"

    assert rest.delete(path).status_code == 428
    assert rest.delete(path, headers={"If-Match": '"7"'}).status_code == 412
    assert fetch(north, feed).status_code == 200
    assert rest.delete(path, headers={"If-Match": '"1"'}).status_code == 204
    assert fetch(north, feed).status_code == 404
    assert rest.get(path).status_code == 404
    assert rest.post(f"{path}/rotate", {}).status_code == 404
    assert rest.get(FEEDS).json()["data"] == []


def test_a_repetition_shows_no_address_and_none_is_stored(north: Any) -> None:
    rest, coach = _service(north), cast.make_coach()
    body, key = {"kind": "staff", "owner_id": str(coach.person_id)}, {"Idempotency-Key": "k"}

    first, again = (rest.post(FEEDS, body, headers=key) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == {**first.json(), "url": None}
    assert _secret(first.json()["url"]) not in bytes(IdempotencyRecord.objects.get().body).decode()
    assert CalendarFeed.objects.count() == 1


def test_of_one_calendar_there_are_so_many_and_no_more(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_FEEDS", 2)
    rest, coach = _service(north), cast.make_coach()
    body = {"kind": "staff", "owner_id": str(coach.person_id)}
    assert [rest.post(FEEDS, body).status_code for _ in range(2)] == [201, 201]

    answer = rest.post(FEEDS, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_calendar_feeds")

    CalendarFeed.objects.filter(pk=CalendarFeed.objects.all()[0].pk).update(revoked_at="2030-01-01T00:00Z")
    assert rest.post(FEEDS, body).status_code == 201


def test_the_address_is_the_tenant_s_where_the_platform_s_host_was_asked(north: Any) -> None:
    answer = _service(north).post(
        FEEDS,
        {"kind": "staff", "owner_id": str(cast.make_coach().person_id)},
        host="localhost:8000",
        headers={"X-Tenant": str(north.number)},
    )

    assert answer.status_code == 201, answer.content
    assert answer.json()["url"].startswith("http://north.test:8000/calendars/cal_")


def test_a_page_s_cursor_leads_to_the_next(north: Any) -> None:
    coach = cast.make_coach()
    made = [str(cast.make_feed(coach).pk) for _ in range(3)]
    rest = _service(north)

    first = rest.get(f"{FEEDS}?limit=2").json()
    second = rest.get(first["next"].removeprefix("http://north.test")).json()

    assert [feed["id"] for feed in first["data"] + second["data"]] == made
    assert second["next"] is None
