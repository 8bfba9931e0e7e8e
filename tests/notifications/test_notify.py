"""POST /v1/bookings/notify (leko.yaml): wakes the workers of the caller's tenant, and waits for nothing."""

from typing import Any

import pytest
from kombu.exceptions import OperationalError

from notifications import tasks
from notifications.services import wake
from tenants.context import current_schema
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def rest(north: Any) -> Rest:
    wake.end_turn()
    return Rest(north, cast.make_token(scopes=["run:notifications"]))


def test_it_wakes_a_worker_of_its_tenant_and_answers_204(
    north: Any, rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **_: woken.append(current_schema()))

    answer = rest.post("/v1/bookings/notify")

    assert (answer.status_code, answer.content) == (204, b"")
    assert woken == [north.schema_name]

    rest.post("/v1/bookings/notify")
    assert woken == [north.schema_name], "one worker is awake for the tenant already"

    wake.end_turn()
    rest.post("/v1/bookings/notify")
    assert woken == [north.schema_name] * 2


def test_without_the_broker_it_says_503_in_its_familys_envelope(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_: Any) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(tasks.work, "apply_async", gone)

    answer = rest.post("/v1/bookings/notify")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "1"
    (error,) = answer.json()["errors"]
    assert (error["code"], error["endpoint"]) == ("server_busy", "/v1/bookings/notify")
    assert error["requestId"] == answer["X-Request-Id"]
    assert wake.claim_turn(), "nobody was woken, so the next sweep may"


def test_other_methods_are_refused(rest: Rest) -> None:
    answer = rest.get("/v1/bookings/notify")

    assert answer.status_code == 405
    assert answer.json()["errors"][0]["code"] == "method_not_allowed"
