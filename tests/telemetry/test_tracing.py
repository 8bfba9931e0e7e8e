"""Spans in this process, into memory: one trace from the header to the mail, and nothing personal in it."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from notifications.models import Message
from tenants.telemetry import otel, tracing
from tests.isolation.world import fill
from tests.notifications import scene
from tests.support import cast
from tests.support.database import ROOT
from tests.support.http import Rest

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


class Spans:
    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    def all(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        (found,) = [span for span in self.all() if span.name == name]
        return found

    def below(self, span: ReadableSpan) -> list[ReadableSpan]:
        return [other for other in self.all() if other.parent and other.parent.span_id == span.context.span_id]


@pytest.fixture
def spans(db: None) -> Iterator[Spans]:
    """Tracing is on, in a connection that was opened under it."""
    found = Spans()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(otel.CleanExporter(found.exporter)))
    inner = connection.connection
    before = inner.cursor_factory
    otel.instrument(provider)
    # The test's connection was opened before, and its transaction must go on.
    from opentelemetry.instrumentation.psycopg import _new_cursor_factory

    inner.cursor_factory = _new_cursor_factory(base_factory=before, tracer_provider=provider)
    try:
        yield found
    finally:
        inner.cursor_factory = before
        otel.uninstrument()
        provider.shutdown()


@pytest.fixture
def booking(north: Any, spans: Spans) -> Any:
    """The answer to a booking that came with a trace."""
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    rest = Rest(north, cast.make_token(user=cast.make_user(client)), traceparent=PARENT, **{"X-Request-Id": "req-1"})
    spans.exporter.clear()
    answer = rest.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()})
    assert answer.status_code == 201
    return answer


def test_a_booking_goes_on_in_the_clients_trace_down_to_the_statements(booking: Any, spans: Spans) -> None:
    request = spans.named("POST /v1/coaches/<str:coach_id>/bookings")

    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == "00f067aa0ba902b7" if request.parent else False
    assert request.kind.name == "SERVER"
    assert dict(request.attributes or {}) | {"slotkeeper.principal": "", "slotkeeper.schema": ""} == {
        "http.request.method": "POST",
        "http.route": "/v1/coaches/<str:coach_id>/bookings",
        "http.response.status_code": 201,
        "slotkeeper.family": "loop",
        "slotkeeper.request_id": "req-1",
        "slotkeeper.tenant": "north",
        "slotkeeper.schema": "",
        "slotkeeper.principal": "",
    }
    statements = [str((span.attributes or {}).get("db.statement")) for span in spans.below(request)]
    assert any("INSERT INTO notifications_message" in statement for statement in statements)
    assert any('INSERT INTO "bookings_coachbooking"' in statement for statement in statements)


def test_the_answer_names_the_real_span(booking: Any, spans: Spans) -> None:
    request = spans.named("POST /v1/coaches/<str:coach_id>/bookings")

    assert booking["traceparent"] == f"00-{TRACE}-{request.context.span_id:016x}-01"


def test_the_mail_is_in_the_trace_of_the_booking_and_linked_to_its_task(booking: Any, spans: Spans) -> None:
    request = spans.named("POST /v1/coaches/<str:coach_id>/bookings")
    message = Message.objects.get()
    assert (message.traceparent, message.request_id) == (booking["traceparent"], "req-1")

    with tracing.span("task") as task:
        assert task is not None
        scene.send_due()

    sending = spans.named("send message")
    assert sending.context.trace_id == request.context.trace_id
    assert sending.parent is not None
    assert sending.parent.span_id == request.context.span_id
    assert [link.context.span_id for link in sending.links] == [task.get_span_context().span_id]
    assert (sending.attributes or {})["slotkeeper.message"] == str(message.pk)
    assert "send mail" in [span.name for span in spans.below(sending)]


@pytest.mark.parametrize("given", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"{PARENT},{PARENT}"])
def test_a_malformed_trace_starts_a_new_one(north: Any, spans: Spans, given: str) -> None:
    answer = Rest(north).get("/v1/clients", headers={"traceparent": given})

    request = spans.named("GET /v1/clients")
    assert request.parent is None
    assert answer["traceparent"].split("-")[1] == f"{request.context.trace_id:032x}" != TRACE


def test_an_unsampled_trace_stays_unsampled(north: Any, spans: Spans) -> None:
    answer = Rest(north).get("/v1/clients", headers={"traceparent": f"{PARENT[:-2]}00"})

    assert spans.all() == []
    assert answer["traceparent"].startswith(f"00-{TRACE}-")
    assert answer["traceparent"].endswith("-00")


def test_probes_make_no_spans(north: Any, spans: Spans) -> None:
    Rest(north).get("/livez")

    assert spans.all() == []


def test_nothing_personal_leaves_in_a_span(north: Any, spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.models import User

    corner = fill(north, canary="canaryword")
    rest = Rest(north, corner.client_token)
    rest.get("/v1/clients?email=client@canaryword.example.com")
    rest.get("/v1/nothing/canaryword")
    rest.post(f"/v1/coaches/{corner.coach.person_id}/bookings", {"slot_at": "canaryword", "notes": "canaryword"})
    scene.send_due()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'canaryword', %s, 'it''s canaryword'", ["canaryword"])
    User.objects.create_user("canaryword@example.com", "a password")
    with pytest.raises(Exception, match="canaryword"), tracing.span("work", words="canaryword"):
        User.objects.create_user("canaryword@example.com", "a password")

    assert len(spans.all()) > 50
    everything = "".join(span.to_json() for span in spans.all())
    assert "SELECT '?', %s, '?'" in everything
    assert "canaryword" not in everything
    assert corner.client_token not in everything
    (failed,) = [span for span in spans.all() if span.name == "work"]
    assert (failed.status.status_code.name, failed.status.description) == ("ERROR", None)


def test_control_without_the_hygiene_it_would_leave(north: Any, spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otel, "cleaned", lambda span: span)

    with connection.cursor() as cursor:
        cursor.execute("SELECT 'canaryword'")

    assert "canaryword" in "".join(span.to_json() for span in spans.all())


@pytest.mark.parametrize(
    ("environment", "configured"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_it_is_off_unless_the_standard_variables_ask_for_it(environment: dict[str, str], configured: bool) -> None:  # noqa: FBT001
    assert tracing.is_configured(environment) is configured


@pytest.mark.parametrize(("endpoint", "imported"), [("", "False"), ("http://127.0.0.1:9", "True")])
def test_off_imports_nothing_of_it(endpoint: str, imported: str) -> None:
    import os

    # redis-py imports the SDK for metrics of its own where it is installed, and does nothing with it.
    code = (
        "import sys, config.wsgi, config.celery\n"
        "theirs = ('opentelemetry.exporter', 'opentelemetry.instrumentation')\n"
        "print(any(name.startswith(theirs) for name in sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert found.stdout.strip() == imported, found.stderr
