"""`/v1/messages`: the log for services, by brand, with filters, pages and the two ways to hurry a message."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.models import Message, Rule
from notifications.rules import MessageState, Why
from scheduling.rules.wall_time import rfc3339
from tests.notifications import scene
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def rest(north: Any) -> Rest:
    return Rest(north, cast.make_token())


def _ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [message["id"] for message in answer.json()["data"]]


def _end(message: Message, state: str, why: Why = Why.NONE, reason: str = "", **fields: Any) -> None:
    Message.objects.filter(pk=message.pk).end(MessageState(state), why=why, reason=reason, **fields)


def test_a_message_and_what_happened_to_it(rest: Rest) -> None:
    booking = scene.book()
    message = scene.message_about(booking)
    words = f"The mail server answered 550: {booking.client.person.email} is unknown"
    _end(message, "dead", Why.REFUSED, words, address=booking.client.person.email)
    message.refresh_from_db()

    shown = rest.get(f"/v1/messages/{message.pk}").json()

    history = shown.pop("history")
    assert shown == {
        "id": str(message.pk), "rule_id": message.rule_id, "event": "booked", "channel": "email",
        "brand_id": str(booking.brand_id), "recipient_id": str(booking.client.person_id), "address": "b…@example.com",
        "subject_kind": "coach_booking", "subject_id": str(booking.pk), "schedule_version": 0, "state": "dead",
        "why": "refused", "reason": "The mail server answered 550.", "attempts": 0, "due_at": rfc3339(message.due_at),
        "expires_at": rfc3339(message.expires_at), "sent_at": None, "created_at": rfc3339(message.created_at),
        "request_id": message.request_id,
    }  # fmt: skip
    assert [(step["state"], step["why"], step["reason"], step["by"]) for step in history] == [
        ("planned", "", "", None),
        ("dead", "refused", "The mail server answered 550.", None),
    ]
    assert booking.client.person.email not in rest.get("/v1/messages").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_the_same_for_any_number_of_rows(rest: Rest, rows: int, django_assert_num_queries: Any) -> None:
    scene.book_many(rows)
    rest.get("/v1/messages")
    # Search path, token, messages.
    with django_assert_num_queries(3):
        assert len(_ids(rest.get("/v1/messages"))) == rows


def test_the_newest_come_first_and_pages_lead_on(rest: Rest) -> None:
    scene.book_many(5)
    all_of_them = [str(message.pk) for message in Message.objects.order_by("-created_at", "-id")]

    first = rest.get("/v1/messages?limit=2")
    second = rest.get(first.json()["next"])
    third = rest.get(second.json()["next"])

    assert _ids(first) + _ids(second) + _ids(third) == all_of_them
    assert third.json()["next"] is None


def test_the_filters(rest: Rest) -> None:
    Rule.objects.create(event="before_start", offset_minutes=60, audience="staff")
    booking, other = scene.book_many(2)
    confirmation, reminder = scene.message_about(booking), scene.message_about(booking, "before_start")
    _end(confirmation, "dead", Why.REFUSED)
    about = f"subject_kind=coach_booking&subject_id={booking.pk}"

    def found(query: str) -> set[str]:
        return set(_ids(rest.get(f"/v1/messages?{query}")))

    assert found(about) == {str(confirmation.pk), str(reminder.pk)}
    assert found("state=dead") == found("why=refused") == {str(confirmation.pk)}
    assert found(f"{about}&event=before_start") == {str(reminder.pk)}
    assert found(f"recipient_id={other.client.person_id}") == {str(scene.message_about(other).pk)}
    assert found("channel=email") == {str(message.pk) for message in Message.objects.all()}
    assert found("channel=sms") == set()
    Message.objects.filter(pk=reminder.pk).update(created_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert found("from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z") == {str(reminder.pk)}
    assert found("to=2026-01-02T00:00:00Z") == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=lost", "state"),
        ("state=", "state"),
        ("why=because", "why"),
        ("event=birthday", "event"),
        ("channel=pigeon", "channel"),
        ("subject_kind=nothing", "subject_kind"),
        ("subject_kind=%00", "subject_kind"),
        ("subject_id=1", "subject_id"),
        ("recipient_id=bob", "recipient_id"),
        ("from=yesterday", "from"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z", "to"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
        ("state=dead&state=sent", "state"),
    ],
)
def test_a_bad_filter_is_400_and_named(rest: Rest, query: str, field: str) -> None:
    answer = rest.get(f"/v1/messages?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert set(answer.json()["errors"]) == {field}


def test_a_brand_sees_and_hurries_its_own_alone(north: Any, rest: Rest) -> None:
    message = scene.message_about(scene.book())
    _end(message, "dead")
    kids = Rest(north, cast.make_token(brand=cast.make_brand()))

    assert _ids(kids.get("/v1/messages")) == []
    assert _ids(kids.get(f"/v1/messages?subject_id={message.subject_id}")) == []
    assert kids.get(f"/v1/messages/{message.pk}").status_code == 404
    for step in ("retry", "send-now"):
        assert kids.post(f"/v1/messages/{message.pk}/{step}").status_code == 404
    message.refresh_from_db()
    assert message.state == "dead"


def test_a_message_is_retried_and_it_is_known_by_whom(rest: Rest) -> None:
    message = scene.message_about(scene.book())
    _end(message, "dead", Why.REFUSED)

    answer = rest.post(f"/v1/messages/{message.pk}/retry", headers={"Idempotency-Key": "k"})
    again = rest.post(f"/v1/messages/{message.pk}/retry", headers={"Idempotency-Key": "k"})

    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], answer.json()["attempts"]) == ("planned", 0)
    assert answer.json()["history"][-1]["by"].startswith("application:")
    assert again["Idempotent-Replayed"] == "true"
    message.refresh_from_db()
    assert len(message.history) == 2


@pytest.mark.parametrize(
    ("step", "state", "code"),
    [
        ("retry", "sent", "message_not_retriable"),
        ("send-now", "sent", "message_not_waiting"),
        ("retry", "dead", "message_untrue"),
        ("send-now", "planned", "message_untrue"),
    ],
)
def test_what_can_not_be_is_409_and_said(rest: Rest, step: str, state: str, code: str) -> None:
    message = scene.message_about(scene.book())
    _end(message, state, schedule_version=7, due_at=datetime.now(tz=UTC) + timedelta(hours=1))

    answer = rest.post(f"/v1/messages/{message.pk}/{step}")

    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_a_reminder_is_sent_now(rest: Rest) -> None:
    Rule.objects.create(event="before_start", offset_minutes=60)
    reminder = scene.message_about(scene.book(), "before_start")

    assert rest.post(f"/v1/messages/{reminder.pk}/send-now").status_code == 200

    scene.send_due()
    reminder.refresh_from_db()
    assert reminder.state == "sent"


@pytest.mark.parametrize("step", ["", "/retry", "/send-now"])
def test_an_unknown_message_is_not_found(rest: Rest, step: str) -> None:
    path = f"/v1/messages/{uuid.uuid4()}{step}"
    answer = rest.post(path) if step else rest.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
