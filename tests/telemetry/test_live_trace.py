"""granian, Celery's workers and a real OTLP receiver: from the client's header to the mail in one trace."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support import cast
from tests.support.committed import pointed_at
from tests.support.live import Live, wait_until

pytestmark = pytest.mark.serial

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CANARY = "canaryword"


class Receiver:
    """Keeps all spans that are posted to it, by the name of the service that sent them."""

    def __init__(self) -> None:
        receiver = self
        self.spans: dict[str, list[Span]] = defaultdict(list)
        self.raw = b""

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, body: bytes) -> None:
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"]
            for scope in resource.scope_spans:
                self.spans[names[0]] += scope.spans

    def of_trace(self, service: str) -> dict[str, Span]:
        return {span.name: span for span in list(self.spans[service]) if span.trace_id.hex() == TRACE}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join(5)
    found.server.server_close()


@pytest.fixture
def running(django_db_setup: None, platform: Live, receiver: Receiver, django_db_blocker: Any) -> Iterator[Live]:
    from tenants.context import activate
    from tenants.resolution import resolve

    platform.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.url
    platform.environment["SLOTKEEPER_LOG"] = "json"
    with pointed_at(platform.database_name, django_db_blocker):
        north = resolve(host="north.test", number=None)
        assert north is not None
        activate(north)
        yield platform


def test_from_the_header_to_the_mail(running: Live, receiver: Receiver) -> None:
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    token = cast.make_token(user=cast.make_user(cast.make_client(f"Bob {CANARY}")))
    running.start_web(processes=1)
    running.start_worker()
    running.start_beat()

    answer = httpx.post(
        f"{running.url}/v1/coaches/{coach.person_id}/bookings?email={CANARY}%40example.com",
        json={"slot_at": cast.tomorrow_at(9).isoformat(), "notes": CANARY},
        headers={
            "Host": "north.test",
            "Authorization": f"Bearer {token}",
            "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
            "X-Request-Id": "req-live",
        },
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    wait_until(lambda: list(running.mail.glob("*.eml")), "the mail")
    wait_until(lambda: b'"event":"message"' in running.log("worker"), "the line of the mail")
    # What is still in the batches leaves when the processes are asked to stop.
    for part in ("web", "beat", "worker"):
        running.stop(part)

    web, worker = receiver.of_trace("slotkeeper-web"), receiver.of_trace("slotkeeper-worker")
    request = web["POST /v1/coaches/<str:coach_id>/bookings"]
    assert request.parent_span_id.hex() == "00f067aa0ba902b7"
    assert answer.headers["traceparent"].split("-")[2] == request.span_id.hex()
    assert "INSERT" in web  # a statement below it
    sending, mail = worker["send message"], worker["send mail"]
    assert sending.parent_span_id == request.span_id
    assert mail.parent_span_id == sending.span_id
    (link,) = sending.links
    (task,) = [span for span in receiver.spans["slotkeeper-worker"] if span.span_id == link.span_id]
    assert task.name == "run/notifications.work"
    assert CANARY.encode() not in receiver.raw
    assert token.encode() not in receiver.raw
    for part in ("web", "worker"):
        log = running.log(part)
        assert b"req-live" in log
        assert TRACE.encode() in log
        assert CANARY.encode() not in log
        assert token.encode() not in log
