"""Rules in the platform's own format."""

from typing import Any

import pytest

from notifications.models import Message, Rule
from tests.notifications import scene
from tests.support import cast
from tests.support.http import Rest

RULES = "/v1/notification-rules"
REMINDER = {"event": "before_start", "offset_minutes": 60}


@pytest.fixture
def rest(north: Any) -> Rest:
    return Rest(north, cast.make_token())


def test_a_rule_is_made_read_changed_and_ended(rest: Rest) -> None:
    made = rest.post(RULES, {**REMINDER, "quiet_from": "22:00", "quiet_until": "07:00"})
    assert made.status_code == 201
    assert (made.json()["version"], made["ETag"]) == (1, '"1"')
    address = f"{RULES}/{made.json()['id']}"
    assert rest.get(address).json() == made.json()

    changed = rest.patch(address, {"offset_minutes": 120}, headers={"If-Match": made["ETag"]})
    assert changed.status_code == 200
    assert (changed.json()["offset_minutes"], changed.json()["quiet_from"], changed["ETag"]) == (120, "22:00", '"2"')
    assert rest.patch(address, {"offset_minutes": 90}, headers={"If-Match": '"1"'}).status_code == 412

    assert rest.delete(address, headers={"If-Match": '"2"'}).status_code == 204
    assert rest.get(address).status_code == 404
    assert made.json()["id"] not in [rule["id"] for rule in rest.get(RULES).json()["data"]]
    assert Rule.objects.get(pk=made.json()["id"]).archived_at is not None  # the log still names it


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"event": "sneezed"}, "event"),
        ({"event": "before_start"}, "offset_minutes"),
        ({"event": "booked", "offset_minutes": 5}, "offset_minutes"),
        ({**REMINDER, "offset_minutes": 0}, "offset_minutes"),
        ({**REMINDER, "offset_minutes": 60 * 24 * 90 + 1}, "offset_minutes"),
        ({**REMINDER, "audience": "address"}, "address"),
        ({**REMINDER, "address": "desk@example.com"}, "address"),
        ({**REMINDER, "quiet_from": "22:00"}, "quiet_until"),
        ({**REMINDER, "quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({**REMINDER, "lateness_minutes": 0}, "lateness_minutes"),
        ({**REMINDER, "brand_id": "0198c0de-7a00-7000-8000-0c11e0000001"}, "brand_id"),
        ({**REMINDER, "service_ids": ["x"]}, "service_ids"),
        ({**REMINDER, "subject_kind": "party"}, "subject_kind"),
    ],
)
def test_a_wrong_rule_is_refused_naming_the_field(rest: Rest, body: dict[str, Any], field: str) -> None:
    before = Rule.objects.count()

    answer = rest.post(RULES, body)

    assert answer.status_code == 400
    assert field in str(answer.json())
    assert Rule.objects.count() == before


def test_a_change_that_makes_a_rule_wrong_changes_nothing(rest: Rest) -> None:
    made = rest.post(RULES, REMINDER).json()

    answer = rest.patch(f"{RULES}/{made['id']}", {"offset_minutes": None}, headers={"If-Match": "*"})

    assert answer.status_code == 400
    assert "offset_minutes" in str(answer.json())
    assert Rule.objects.get(pk=made["id"]).version == 1


def test_a_rule_keeps_its_event(rest: Rest) -> None:
    """Whom it has told of one event would count as told of the other, and get no reminder."""
    made = rest.post(RULES, {"event": "booked"}).json()
    address = f"{RULES}/{made['id']}"

    answer = rest.patch(address, REMINDER, headers={"If-Match": "*"})

    assert answer.status_code == 400
    assert "event" in str(answer.json())
    assert Rule.objects.get(pk=made["id"]).event == "booked"
    same = rest.patch(address, {"event": "booked", "name": "Hello"}, headers={"If-Match": "*"})
    assert (same.status_code, same.json()["name"]) == (200, "Hello")


def test_an_application_of_a_brand_sees_the_rules_of_all_brands_and_changes_its_own(north: Any) -> None:
    kids = cast.make_brand("kids")
    rest = Rest(north, cast.make_token(brand=kids))
    everybodys = Rule.objects.get(event="booked")
    anothers = Rule.objects.create(event="booked", brand=cast.main_brand())

    made = rest.post(RULES, REMINDER)

    assert made.json()["brand_id"] == str(kids.pk)
    assert {rule["brand_id"] for rule in rest.get(RULES).json()["data"]} == {None, str(kids.pk)}
    assert rest.get(f"{RULES}/{anothers.pk}").status_code == 404
    for change in ({"is_active": False}, {"brand_id": str(kids.pk)}):
        answer = rest.patch(f"{RULES}/{everybodys.pk}", change, headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_brand")
    assert rest.delete(f"{RULES}/{everybodys.pk}", headers={"If-Match": "*"}).status_code == 403
    moved = rest.patch(f"{RULES}/{made.json()['id']}", {"brand_id": None}, headers={"If-Match": "*"})
    assert moved.status_code == 403
    assert rest.post(RULES, {**REMINDER, "brand_id": None}).status_code == 403


def test_a_new_reminder_counts_for_the_bookings_that_there_are(rest: Rest) -> None:
    booking = scene.book()

    answer = rest.post(RULES, REMINDER)
    assert answer.json()["is_planned"] is False
    scene.replan()

    reminder = scene.message_about(booking, "before_start")
    assert reminder.state == "planned"
    assert rest.get(f"{RULES}/{answer.json()['id']}").json()["is_planned"] is True
    assert Message.objects.count() == 2
