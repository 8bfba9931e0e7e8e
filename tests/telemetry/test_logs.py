"""One line per event, in both forms, whoever speaks; with the work it belongs to and without what exceptions say."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, transaction

from tenants.telemetry import work
from tenants.telemetry.logs import formatter
from tests.telemetry.capture import Lines, captured

WORD = "canary"


@pytest.fixture
def lines() -> Iterator[Lines]:
    with captured(style="json") as found:
        yield found


def test_a_line_says_when_how_bad_who_and_what(lines: Lines) -> None:
    structlog.get_logger("slotkeeper.test").warning("something", number=3)

    (line,) = lines.json()
    assert list(line)[:4] == ["timestamp", "level", "logger", "event"]
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["logger"], line["event"], line["number"]) == (
        "warning", "slotkeeper.test", "something", 3,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["celery.worker", "django.security", "_granian", "some.library"])
def test_what_libraries_say_has_the_same_form(lines: Lines, name: str) -> None:
    with lines.listening_to(name):
        logging.getLogger(name).error("Said %s", "this", extra={"request": "GET /v1/x?email=a@b.de"})

    (line,) = lines.json()
    assert (line["level"], line["logger"], line["event"]) == ("error", name, "Said this")
    assert "request" not in line


def test_a_line_carries_the_work_it_belongs_to(north: Any, lines: Lines) -> None:
    with work.working_on(request_id="r-1", trace_id="t-1"):
        logging.getLogger("library").warning("within")
    logging.getLogger("library").warning("after")

    within, after = lines.json()
    assert (within["request_id"], within["trace_id"], within["tenant"]) == ("r-1", "t-1", "north")
    assert "request_id" not in after


def test_readable_lines_end_with_the_fields() -> None:
    with captured(style="text") as lines:
        structlog.get_logger("a.b").info("request", status=201, code=None)

    assert lines.text().endswith(" INFO a.b: request status=201\n")


def _fail(address: str) -> None:
    note = f"note of {address}"
    raise ValueError(note)


@pytest.mark.parametrize("style", ["json", "text"])
def test_an_exception_shows_its_place_and_not_its_values(style: str) -> None:
    with captured(style=style) as lines:
        try:
            _fail(WORD)
        except ValueError:
            logging.getLogger("x").exception("failed")

    assert WORD not in lines.text()
    assert "builtins.ValueError" in lines.text()
    assert "tests/telemetry/test_logs.py" in lines.text()
    assert "raise ValueError(note)" in lines.text()


def test_a_developers_own_machine_shows_what_it_says() -> None:
    with captured(style="text", texts_of_errors=True) as lines:
        try:
            _fail("somebody")
        except ValueError:
            logging.getLogger("x").exception("failed")

    assert "text=note of somebody" in lines.text()


def test_of_a_database_error_the_constraint_is_told_and_not_the_row(north: Any, lines: Lines) -> None:
    from accounts.models import User

    User.objects.create_user("canary@example.com", "a password")
    with pytest.raises(IntegrityError, match="canary") as caught, transaction.atomic():
        User.objects.create_user("canary@example.com", "a password")
    logging.getLogger("x").error("failed", exc_info=caught.value)

    (line,) = lines.json()
    assert "canary" not in lines.text()
    causes = {failure.get("sqlstate") for failure in line["exception"]}
    assert "23505" in causes
    assert any(failure.get("constraint_name") for failure in line["exception"])


def test_what_is_no_plain_value_says_its_type(lines: Lines) -> None:
    structlog.get_logger("x").info("odd", thing=object())

    assert lines.json()[0]["thing"] == "<object>"


def test_a_place_in_the_code_is_told_from_the_top_of_the_project() -> None:
    from tenants.telemetry.failures import describe

    with pytest.raises(AttributeError) as caught:
        describe("no exception")  # type: ignore[arg-type]

    (told,) = describe(caught.value)
    places = [frame.split(":")[0] for frame in told["frames"]]
    assert places[0] == "tests/telemetry/test_logs.py"
    assert places[-1] == "tenants/telemetry/failures.py"


def test_a_cause_in_a_circle_ends() -> None:
    from tenants.telemetry.failures import describe

    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first

    assert [failure["type"] for failure in describe(first)] == ["builtins.ValueError", "builtins.KeyError"]


def test_the_formatter_is_the_one_of_the_settings() -> None:
    from django.conf import settings

    assert settings.LOGGING["formatters"]["line"]["()"] == f"{formatter.__module__}.{formatter.__name__}"
    assert settings.LOGGING["root"]["handlers"] == ["stdout"]
