"""Local servers that stand in for providers: real HTTP, real connections."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. `host` is the provider's, whose place the server takes."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Provider:
    """Answers with `status`, `body` and `headers`, and remembers what it was asked."""

    port: int = 0
    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    callers: set[Any] = field(default_factory=set)
    before: Callable[[Any], None] | None = None

    @property
    def only(self) -> Asked:
        assert len(self.asked) == 1, self.asked
        return self.asked[0]


@contextmanager
def provider() -> Iterator[Provider]:
    """A server on this machine, for as long as the block lasts."""
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            state.callers.add(self.client_address)
            state.asked.append(
                Asked(
                    method=self.command,
                    host=self.headers.get("X-Meant-For", self.headers.get("Host", "")),
                    path=urlsplit(self.path).path,
                    headers={name.lower(): text for name, text in self.headers.items()},
                    body=self.rfile.read(length),
                )
            )
            if state.before is not None:
                state.before(self)
                return
            answer = state.body if isinstance(state.body, bytes) else json.dumps(state.body).encode()
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("Content-Type", "application/json")
            for name, text in state.headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST  # noqa: N815 - the names of http.server

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
