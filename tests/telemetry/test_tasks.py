"""A task's lines: tenant, id, the request that sent it. Nothing is left for the next, and no exception speaks."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from structlog.contextvars import get_contextvars

from config.celery import app as own_app
from tenants.tasks import HEADER, TenantTask
from tenants.telemetry import tasks, work
from tests.telemetry.capture import Lines, captured

WORD = "canary"


@pytest.fixture
def lines() -> Iterator[Lines]:
    with captured() as found:
        yield found


@pytest.fixture
def app() -> Celery:
    assert own_app  # importing it connects the signals, as in a worker
    return Celery("test", broker="memory://", set_as_current=False)


def test_a_tenants_task_names_tenant_task_and_request(north: Any, app: Celery, lines: Lines) -> None:
    @app.task(name="one", base=TenantTask)
    def one() -> None:
        """Does nothing."""

    one.apply(task_id="task-1", headers={HEADER: north.schema_name, tasks.REQUEST_ID: "req-1"})

    (line,) = lines.of("task")
    assert (line["task"], line["task_id"], line["tenant"], line["request_id"], line["outcome"]) == (
        "one", "task-1", "north", "req-1", "success",
    )  # fmt: skip
    assert get_contextvars() == {}


def test_nothing_of_a_task_is_in_the_lines_of_the_next(north: Any, app: Celery, lines: Lines) -> None:
    @app.task(name="first", base=TenantTask)
    def first() -> None:
        work.note(left="behind")

    @app.task(name="second")
    def second() -> None:
        raise ValueError(WORD)

    first.apply(headers={HEADER: north.schema_name, tasks.REQUEST_ID: "req-1"})
    second.apply(task_id="task-2")

    failed, ended = lines.json()[-2:]
    assert (failed["event"], failed["level"], failed["task_id"]) == ("task failed", "error", "task-2")
    assert (ended["event"], ended["outcome"]) == ("task", "failure")
    assert "request_id" not in failed
    assert "left" not in failed
    assert WORD not in lines.text()


def test_a_task_takes_the_id_of_the_request_along(monkeypatch: pytest.MonkeyPatch) -> None:
    headers: dict[str, Any] = {}

    with work.working_on(request_id="req-1"):
        tasks._on_publish(headers=headers)

    assert headers[tasks.REQUEST_ID] == "req-1"
    assert headers[tasks.SENT_AT] > 0
