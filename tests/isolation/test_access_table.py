"""Each operation × each kind of caller, against access.toml. The operations are read from the URLconf.

The comment at the top of access.toml says how a new operation gets its row.
"""

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction

from accounts.scopes import SCOPES, SERVICE_ONLY
from api.permissions import ScopePermission
from scheduling.api.acting import HEADER, ActsForPerson
from tenants.context import activate, use
from tenants.resolution import forget
from tests.isolation.callers import World, caller, make_world, names_for, spelled_out
from tests.support.routes import Operation, operations

_FILE = tomllib.loads(Path(__file__).with_name("access.toml").read_text())
EVERYWHERE: dict[str, str] = _FILE.pop("everywhere")
GROUPS: dict[str, list[str]] = _FILE.pop("groups")
ROWS: dict[str, dict[str, str]] = _FILE
OPERATIONS = operations()
# Where a view asks once more for a scope that only some of its callers need: the control takes that away, too.
_ASKS_AGAIN = {"PATCH /v1/bookings/<str:id>/resolve", "GET /v1/events/<uuid:id>/waiting"}
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


@pytest.fixture
def world(north: Any, south: Any) -> World:
    return make_world(north, south)


def test_the_table_has_a_row_for_each_operation_and_no_other() -> None:
    assert set(ROWS) == {str(operation) for operation in OPERATIONS}


@each_operation
def test_the_row_names_every_caller_and_no_other(operation: Operation) -> None:
    assert operation.scopes, f"{operation} can be called by nobody: name its scopes"
    assert operation.scopes <= set(SCOPES)
    assert set(_row(operation)) == set(names_for(operation))
    assert any(outcome.startswith("2") for outcome in _row(operation).values()), "nobody is let in"


@each_operation
def test_everybody_gets_what_the_table_says(operation: Operation, world: World) -> None:
    assert _differences(operation, world) == {}


@each_operation
def test_without_the_check_of_scopes_the_table_is_broken(
    operation: Operation, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScopePermission, "has_permission", lambda *_: True)
    if str(operation) in _ASKS_AGAIN:
        monkeypatch.setattr(ActsForPerson, "is_service_with", lambda *_: True)
        monkeypatch.setattr(ActsForPerson, "check_is_service_with", lambda *_: None)

    assert _differences(operation, world, "all scopes but the right one")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if issubclass(o.view, ActsForPerson)], ids=str)
def test_without_the_check_of_who_is_named_the_table_is_broken(
    operation: Operation, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of whom the header names nor of whom the body or the query does."""
    monkeypatch.setattr(ActsForPerson, "authorize", _believe)
    monkeypatch.setattr(ActsForPerson, "check_names", lambda *_: None)

    names = spelled_out("only SCOPE, naming the client", operation)
    if operation.scopes - SERVICE_ONLY:  # else no user comes as far as that
        names.append("the client, naming another")
    for name in names:
        assert _differences(operation, world, name), name


def _believe(view: Any) -> None:
    """Whoever the header names is whom the request acts for."""
    view.named_person_id = view.request.headers.get(HEADER) and UUID(view.request.headers[HEADER])


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.action in {"retrieve", "list"}], ids=str)
def test_without_the_filter_by_brand_the_table_is_broken(
    operation: Operation, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scheduling.api.viewsets import PeopleViewSet

    if not issubclass(operation.view, PeopleViewSet):
        pytest.skip("reads no people")
    monkeypatch.setattr(PeopleViewSet, "people", lambda self: self.queryset.select_related("person"))

    assert _differences(operation, world, "a service of another brand")


def _row(operation: Operation) -> dict[str, str]:
    """Caller → outcome: of an operation's own lines, those of single callers over those of groups."""
    row = dict(EVERYWHERE)
    own = ROWS[str(operation)]
    for name, outcome in sorted(own.items(), key=lambda line: line[0] not in GROUPS):
        callers = [one for member in GROUPS.get(name, [name]) for one in spelled_out(member, operation)]
        row |= dict.fromkeys(callers, outcome)
    return row


def _differences(operation: Operation, world: World, *names: str) -> dict[str, tuple[str, str]]:
    """For each caller (or those named) who got something else: what the table says, and what they got."""
    expected = defaultdict(str, _row(operation))
    got = {name: _outcome(name, operation, world) for name in names or names_for(operation)}
    return {name: (expected[name], got[name]) for name in got if got[name] != expected[name]}


def _outcome(name: str, operation: Operation, world: World) -> str:
    """The status and, of a refusal, the code; of an answer, whose things it shows. Undone afterwards."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # a write's transaction must be the outermost
    activate(world.north)
    try:
        with block:
            who = caller(name, operation=operation, world=world)
            before = _rows(world)
            answer = who.rest.request(
                operation.method,
                operation.path(world.values) + world.queries.get(str(operation), ""),
                world.bodies.get(str(operation)),
                host=who.host,
                headers={} if operation.method in {"GET", "POST"} else {"If-Match": "*"},
            )
            changed = _rows(world) != before
            transaction.set_rollback(True)
    finally:
        forget()
    seen = sorted({whose for mark, whose in world.marks.items() if mark in answer.content.decode()})
    if answer.status_code < 400:
        said = [str(answer.status_code), *seen]
    else:
        said = [str(answer.status_code), _code(answer), *(f"SHOWS {whose}" for whose in seen)]
    if changed and (answer.status_code >= 400 or who.elsewhere):
        said.append("AND CHANGED SOMETHING")
    return " ".join(said)


def _rows(world: World) -> list[Any]:
    """All that north holds of its business."""
    with use(world.north):
        return [
            list(model._default_manager.order_by("pk").values_list())
            for app in ("scheduling", "bookings", "visits", "notifications")
            for model in apps.get_app_config(app).get_models()
        ]


def _code(answer: Any) -> str:
    """The stable code of a refusal, in whatever envelope."""
    body = answer.json()
    error = body["errors"][0] if isinstance(body.get("errors"), list) else body
    return str(error.get("code") or error["error"])
