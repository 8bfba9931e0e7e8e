"""Every field of every write × values that it does not expect: a 4xx that names the field, or taken. Never a 5xx."""

from typing import Any

import pytest

from api.errors import catalogue
from tenants.errors import Kind
from tests.api.envelopes import refused
from tests.api.scene import Scene
from tests.support.routes import Operation, operations

WRITES = [operation for operation in operations() if operation.method in {"POST", "PUT", "PATCH"}]

STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, 2**62, -(2**62), 1e300, "", " ", "x", "x" * 20_000, "\n", "\u202e", "😀", "0x10", "٣",
    [], [None], [[]], {}, {"x": {}}, ["2026-02-30"], [{"date": None}], [1] * 1000, "9" * 400,
]  # fmt: skip
INSTANTS = [
    "2026-02-30T10:00:00Z", "2026-13-01T10:00:00Z", "2026-06-31T10:00:00Z", "2026-11-20", "2026-11-20T10:00:00",
    "2026-11-20T24:00:01Z", "2026-11-20T10:60:00Z", "2026-11-20T10:00:61Z", "2026-11-20T10:00:00+25:00",
    "2026-11-20T10:00:00 Europe/Berlin", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "-001-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00",
    "2026-11-20T10:00:00.1234567Z", "２026-11-20T10:00:00Z", "20261120T100000Z", "now", "1763632800",
]  # fmt: skip
DATES = ["2026-02-30", "2025-02-29", "0000-01-01", "10000-01-01", "today"]
OF_STATES = {error.code for error in catalogue() if error.kind in {Kind.STATE, Kind.CONFLICT}}
EDGES_OF_THE_CALENDAR = ["0001-01-01", "9999-12-31"]
TIMES = ["24:00", "09:60", "9", "noon", "-1:00"]
ZONES = [
    "Europe/Atlantis",
    "europe/berlin",
    "US/Pacific-New",
    "CEST",
    "UTC+1",
    "+01:00",
    "../etc/passwd",
    "Factory",
    "",
]


def _with(scene: Scene, operation: Operation, field: str, value: Any) -> Any:
    body = {**scene.bodies[str(operation)], field: value}
    return scene.rest.request(operation.method, operation.path(scene.values), body)


def _check_refusal(scene: Scene, operation: Operation, field: str, value: Any, answer: Any) -> None:
    assert answer.status_code < 500, (field, value, answer.content)
    if answer.status_code == 400:
        answer_ = refused(answer, method=operation.method, path=operation.path(scene.values))
        # The one names its fields in `errors`; the others are said of what the value before has done: it was taken.
        if answer_.code == "invalid_template" or answer_.code in OF_STATES:
            return
        assert answer_.is_invalid_input, (field, value, answer_)
        # An empty `weekdays` and a `date` are told about together: either one is the remedy.
        assert field in answer_.message or {field, "weekdays"} <= {"date", "weekdays", "valid_from", "valid_until"}, (
            field, value, answer_.message,
        )  # fmt: skip


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_no_strange_value_of_any_field_breaks_a_write(scene: Scene, operation: Operation) -> None:
    for field in scene.bodies[str(operation)]:
        for value in STRANGE:
            _check_refusal(scene, operation, field, value, _with(scene, operation, field, value))


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_dates_times_and_zones_that_do_not_exist_are_400_and_named(scene: Scene, operation: Operation) -> None:
    body = scene.bodies[str(operation)]
    wrong: dict[str, list[str]] = {
        **{name: INSTANTS for name in body if name.endswith("_at")},
        **{name: DATES for name in body if name in {"date", "valid_from", "valid_until"}},
        **{name: TIMES for name in body if name.endswith("_time")},
        **{name: ZONES for name in body if name == "timezone"},
    }
    for field, values in wrong.items():
        for value in values:
            answer = _with(scene, operation, field, value)
            said = refused(answer, method=operation.method, path=operation.path(scene.values))
            assert said.is_invalid_input, (field, value, said)
            assert said.message.startswith(f"{field}: "), (field, value)


def test_the_edges_of_the_calendar_may_be_published_and_break_no_later_reading(scene: Scene) -> None:
    route = "POST /v1/coaches/<str:coach_id>/office-hours"
    (operation,) = [o for o in WRITES if str(o) == route]
    coach = scene.values["coaches.coach_id"]
    for day in EDGES_OF_THE_CALENDAR:
        once: dict[str, Any] = {
            "weekdays": [],
            "date": day,
            "valid_from": None,
            "valid_until": None,
            "start_time": "22:00",
        }
        weekly: dict[str, Any] = {
            "valid_from": EDGES_OF_THE_CALENDAR[0],
            "valid_until": day,
            "exceptions": [{"date": day}],
        }
        for change in (once, weekly):
            for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
                body = {**scene.bodies[route], **change, "timezone": zone}
                published = scene.rest.post(operation.path(scene.values), body)
                assert published.status_code in {201, 400}, published.content

    assert scene.rest.get(f"/v1/coaches/{coach}/slots").status_code == 200
    assert scene.rest.get(f"/v1/coaches/{coach}/office-hours").status_code == 200
