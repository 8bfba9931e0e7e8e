"""Schemathesis against our own document: thousands of right and wrong requests, each answered as documented."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from rest_framework.response import Response

from accounts.scopes import SCOPES
from api.authentication import Principal
from config.wsgi import application as wsgi
from scheduling.api.serializers import client_json as _client_json
from tests.openapi.demo import Demo
from tests.openapi.document import parsed
from tests.support import fuzzing

# Hypothesis' advice on large examples is no defect of ours.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")

PATIENT = "maya.lindqvist@harbor.example.com"
COACH = "ines.calloway@harbor.example.com"
ERASING = "/v1/bookings/user-data"


def _sparing(document: dict[str, Any]) -> dict[str, Any]:
    """Without the address at which people are erased: those who are named are to sign in afterwards. With one of its
    methods alone, schemathesis would try the other as one that there is not."""
    return {**document, "paths": {path: item for path, item in document["paths"].items() if path != ERASING}}


@pytest.fixture
def app() -> Iterator[Any]:
    """The application, with the connections of schemathesis' threads closed in the end."""
    opened: set[Any] = set()

    def application(environ: Any, start: Any) -> Any:
        connection = connections["default"]
        if connection not in opened:
            connection.inc_thread_sharing()
            opened.add(connection)
        return wsgi(environ, start)

    yield application
    for one in opened:
        one.close()


def _fuzz(demo: Demo, app: Any, token: str, **options: Any) -> fuzzing.Outcome:
    settings: dict[str, Any] = {"seed": 20261121, "document": parsed(), **options}
    return fuzzing.run(host=demo.host, token=token, app=app, into=fuzzing.Outcome(), **settings)


def _said(outcome: fuzzing.Outcome) -> str:
    return "\n\n".join(f"{f.operation} {f.check}: {f.title}\n{f.message}\n{f.curl}" for f in outcome.findings.values())


@pytest.mark.parametrize(("who", "examples", "least"), [("service", 10, 900), ("patient", 4, 700), ("coach", 4, 700)])
def test_every_answer_is_as_documented(demo: Demo, app: Any, who: str, examples: int, least: int) -> None:
    token = {
        "service": lambda: demo.service_token,
        "patient": lambda: demo.user_token(PATIENT),
        "coach": lambda: demo.user_token(COACH),
    }[who]()

    whole = parsed() if who == "coach" else fuzzing.without_keys(parsed())
    outcome = _fuzz(demo, app, token, examples=examples, document=_sparing(whole))

    assert not outcome.findings, _said(outcome)
    assert not outcome.errors
    assert outcome.cases >= least, outcome.cases


def _raises(*_: Any, **__: Any) -> Any:
    raise KeyError("planted")


def _says_too_much(client: Any) -> dict[str, Any]:
    return {**_client_json(client), "planted": True}


def _half(view: Any, render: Any) -> Response:
    return Response({"data": [], "next": None, "previous": None}, status=206)


def _lets_in(self: Any, request: Any) -> Any:
    return Principal(application_id=1, user_id=None, scopes=frozenset(SCOPES), brand_id=None), None


@pytest.mark.parametrize(
    "planted",
    [
        ("scheduling.api.serializers.client_json", _raises, "not_a_server_error"),
        ("scheduling.api.serializers.client_json", _says_too_much, "response_schema_conformance"),
        ("scheduling.api.viewsets.ClientViewSet.page", _half, "status_code_conformance"),
        ("api.authentication.BearerAuthentication.authenticate", _lets_in, "ignored_auth"),
        ("scheduling.api.viewsets.expected_versions", lambda *_, **__: None, "missing_required_header"),
    ],
)
def test_a_planted_defect_is_found(
    demo: Demo, app: Any, monkeypatch: pytest.MonkeyPatch, planted: tuple[str, Any, str]
) -> None:
    where, defect, check = planted
    monkeypatch.setattr(where, defect)
    whole = fuzzing.without_keys(parsed())
    whole["paths"] = {path: item for path, item in whole["paths"].items() if path.startswith("/v1/clients")}

    outcome = _fuzz(demo, app, demo.service_token, examples=2, document=whole, phases=("examples", "coverage"))

    assert check in {finding.check for finding in outcome.findings.values()}, _said(outcome)
