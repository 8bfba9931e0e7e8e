"""leko.yaml: notifyBookings."""

from functools import partial
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from notifications.services import wake
from tests.contracts.schema import assert_in_contract
from tests.support import cast
from tests.support.http import Rest

notify_answer = partial(assert_in_contract, family="leko", operation="notifyBookings")


def test_notify_204(as_service: Rest) -> None:
    notify_answer(as_service.post("/v1/bookings/notify"), status=204)


def test_notify_400(as_service: Rest) -> None:
    answer = as_service.post("/v1/bookings/notify", headers={"Idempotency-Key": "x" * 256})

    notify_answer(answer, status=400)
    error = answer.json()["errors"][0]
    assert (error["code"], error["endpoint"]) == ("invalid_idempotency_key", "/v1/bookings/notify")
    assert error["requestId"] == answer["X-Request-Id"]


def test_notify_401(as_nobody: Rest) -> None:
    notify_answer(as_nobody.post("/v1/bookings/notify"), status=401)


def test_notify_403(north: Any) -> None:
    answer = Rest(north, cast.make_token(scopes=["write:bookings"])).post("/v1/bookings/notify")

    notify_answer(answer, status=403)
    assert 'scope="run:notifications"' in answer["WWW-Authenticate"]


def test_notify_500_of_what_nobody_foresaw(as_service: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("notifications.api.viewsets.wake", fail)

    answer = as_service.post("/v1/bookings/notify")

    notify_answer(answer, status=500)
    # The contract describes no body; it is that of the family's other refusals.
    (error,) = answer.json()["errors"]
    assert (error["code"], error["endpoint"]) == ("internal_error", "/v1/bookings/notify")
    assert error["requestId"] == answer["X-Request-Id"]
    assert b"secret" not in answer.content


def test_notify_503_when_the_broker_is_gone(as_service: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("notifications.tasks.work.apply_async", fail)

    wake.end_turn()

    answer = as_service.post("/v1/bookings/notify")

    notify_answer(answer, status=503)
    assert answer["Retry-After"] == "1"
