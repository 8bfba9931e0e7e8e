"""POST /v1/delivery-reports."""

from typing import Any

import pytest

from notifications.models import Message, Suppression
from tenants.context import use
from tests.notifications.optout import desk
from tests.support import cast
from tests.support.http import Rest

PATH = "/v1/delivery-reports"


@pytest.fixture
def message(north: Any) -> Message:
    return desk.sent_message()


@pytest.fixture
def rest(north: Any) -> Rest:
    return Rest(north, cast.make_token())


def _report(message_id: object, kind: str = "bounced", **more: Any) -> dict[str, Any]:
    return {"message_id": str(message_id), "kind": kind, **more}


@pytest.mark.parametrize("reference", ["{id}", "<{id}@north.test>", "{id}@north.test", "provider-77"])
def test_a_message_is_known_by_each_of_its_ids(rest: Rest, message: Message, reference: str) -> None:
    if "provider" in reference:
        Message.objects.filter(pk=message.pk).update(provider_id=reference)

    answer = rest.post(PATH, _report(reference.format(id=message.pk), at="2026-11-20T09:00:00Z", detail="550 No"))

    assert (answer.status_code, answer.json()) == (
        200,
        {"message_id": str(message.pk), "state": "bounced", "why": "bounced"},
    )
    message.refresh_from_db()
    assert message.history[-1]["reported_at"].startswith("2026-11-20T09:00:00")
    assert Suppression.objects.count() == 1


def test_again_it_answers_the_same(rest: Rest, message: Message) -> None:
    answers = [rest.post(PATH, _report(message.pk)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert Suppression.objects.count() == 1
    message.refresh_from_db()
    assert len([line for line in message.history if "report" in line]) == 1


@pytest.mark.parametrize("reference", ["provider-78", "", "0198c0de-7a00-7000-8000-0c11e0000001", "<@>", "x" * 254])
def test_unknown_ids_are_404_and_empty_ones_are_refused(rest: Rest, message: Message, reference: str) -> None:
    Message.objects.filter(pk=message.pk).update(provider_id="")

    answer = rest.post(PATH, _report(reference))

    assert (answer.status_code, answer.json()["code"]) == (
        (404, "message_not_found") if reference else (400, "validation_error")
    )


def test_another_tenants_and_another_brands_are_unknown(north: Any, south: Any, message: Message) -> None:
    kids = Rest(north, cast.make_token(brand=cast.make_brand()))
    with use(south):
        far = cast.make_token()

    assert kids.post(PATH, _report(message.pk)).status_code == 404
    assert Rest(south, far).post(PATH, _report(message.pk)).status_code == 404
    with use(north):
        message.refresh_from_db()
        assert (message.state, Suppression.objects.count()) == ("sent", 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "exploded"}, "kind"),
        ({"message_id": None}, "message_id"),
        ({"message_id": 5}, "message_id"),
        ({"message_id": "x" * 255}, "message_id"),
        ({"message_id": "a\0b"}, "message_id"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-20T09:00:00"}, "at"),
        ({"detail": "x" * 1001}, "detail"),
        ({"detail": ["x"]}, "detail"),
    ],
)
def test_what_is_wrong_is_named(rest: Rest, message: Message, wrong: dict[str, Any], field: str) -> None:
    answer = rest.post(PATH, {**_report(message.pk), **wrong})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_of_what_was_never_sent_nothing_can_be_told(rest: Rest, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(state="planned", attempts=0, sent_at=None)

    answer = rest.post(PATH, _report(message.pk))

    assert (answer.status_code, answer.json()["code"]) == (409, "message_never_sent")
