"""Schemathesis with our own document: what it sends, what it checks, and what it found."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import schemathesis.openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import EngineFinished, FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.transport.wsgi import WSGITransport

OFF = {"enabled": False}
CHECKS: dict[str, Any] = {
    # No 5xx at all, whatever the document allows.
    "not_a_server_error": {"enabled": True},
    "status_code_conformance": {"enabled": True},
    "content_type_conformance": {"enabled": True},
    "response_schema_conformance": {"enabled": True},
    "response_headers_conformance": {"enabled": True},
    "ignored_auth": {"enabled": True},
    "use_after_free": {"enabled": True},
    "unsupported_method": {"enabled": True},
    "allow_header_conformance": {"enabled": True},
    # A wrong If-Match is refused as 412, a body past its limit as 413.
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "403", "404", "405", "409", "411", "412", "413", "415", "422", "428"]
    },
    # 428 is the platform's word for a missing If-Match.
    "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "428"]},
    # Not every rule of a body fits in a schema (weekdays or date, a zone's name), and nearly every valid booking
    # is refused with a reason: a 400 for what the schema allows is no mistake here.
    "positive_data_acceptance": OFF,
    # What was created is not always readable at once by who may create it: scopes differ.
    "ensure_resource_availability": OFF,
}


@dataclass
class Finding:
    """One way in which an answer was not as documented."""

    operation: str
    check: str
    title: str
    message: str
    curl: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart from other findings: not the values that led to it."""
        return (self.operation, self.check, self.title)


@dataclass
class Outcome:
    """What was sent and what came back."""

    codes: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        return self.codes.total()

    def add(self, finding: Finding) -> None:
        self.findings.setdefault(finding.key, finding)


def without_keys(document: dict[str, Any]) -> dict[str, Any]:
    """The document without Idempotency-Key: a generated key is seldom new, and 422 would hide what comes after it."""
    paths = {
        path: {
            method: {**body, "parameters": [p for p in body["parameters"] if p["name"] != "Idempotency-Key"]}
            for method, body in item.items()
        }
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}


def run(
    *,
    document: dict[str, Any],
    host: str,
    token: str,
    seed: int,
    examples: int,
    app: Any = None,
    url: str = "",
    phases: tuple[str, ...] = ("examples", "coverage", "fuzzing", "stateful"),
    into: Outcome,
    until: Callable[[], bool] = lambda: False,
) -> Outcome:
    """One whole run with one principal: against a WSGI `app` in this process, or a server at `url`.

    The same seed gives the same cases. `until` is asked after each scenario whether to stop.
    """
    schema = schemathesis.openapi.from_dict(
        document, config=_config(host=host, token=token, seed=seed, examples=examples, phases=phases, url=url)
    )
    schema.app = app
    for event in _events(schema, until):
        if isinstance(event, ScenarioFinished):
            into.phases[event.phase.value] += len(event.recorder.interactions)
            _note(event.recorder, into)
        elif isinstance(event, NonFatalError):
            into.errors[f"{event.label}: {type(event.value).__name__}: {str(event.value)[:300]}"] += 1
        elif isinstance(event, FatalError):
            raise event.exception
    return into


def _events(schema: Any, until: Callable[[], bool]) -> Iterator[Any]:
    with mock.patch.object(WSGITransport, "send", _send_in_process):
        stream = from_schema(schema).execute()
        for event in stream:
            yield event
            if not isinstance(event, EngineFinished) and until():
                stream.stop()


_send = WSGITransport.send


def _send_in_process(self: WSGITransport, case: Any, **options: Any) -> Any:
    """Without the options that only a network has: the check `ignored_auth` of schemathesis 4.32 passes them on."""
    network = {"max_redirects", "verify", "cert", "proxies"}
    return _send(self, case, **{name: value for name, value in options.items() if name not in network})


def _note(recorder: ScenarioRecorder, into: Outcome) -> None:
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is None:
            into.errors[f"{recorder.label}: no answer"] += 1
            continue
        into.codes[interaction.response.status_code] += 1
        into.operations[recorder.cases[case_id].value.operation.label] += 1
    for check in itertools.chain.from_iterable(recorder.checks.values()):
        if check.status == Status.FAILURE and check.failure_info is not None:
            failure = check.failure_info.failure
            into.add(
                Finding(
                    operation=failure.operation or recorder.label,
                    check=check.name,
                    title=failure.title,
                    message=failure.message,
                    curl=check.failure_info.code_sample,
                )
            )


def _config(
    *, host: str, token: str, seed: int, examples: int, phases: tuple[str, ...], url: str
) -> SchemathesisConfig:
    every = ("examples", "coverage", "fuzzing", "stateful")
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            # Slow data is no news on a busy machine.
            "suppress-health-check": ["all"],
            "headers": {"Host": host, "Authorization": f"Bearer {token}"},
            "output": {"sanitization": {"enabled": False}},
            "continue-on-failure": True,
            "request-timeout": 30.0,
            "workers": 1,
            **({"base-url": url} if url else {}),
            "generation": {
                "mode": "all",
                "max-examples": examples,
                "database": "none",
                "no-shrink": True,
                # A field that a body has too much is ignored by design (docs/api.md), as the families' clients expect:
                # it is no wrong input.
                "allow-extra-parameters": False,
                # Tokens stay as they are: `ignored_auth` takes them away and forges them on its own.
                "with-security-parameters": False,
            },
            "checks": CHECKS,
            "phases": {phase: {"enabled": phase in phases} for phase in every},
        }
    )
