"""Between the server and Django: an event loop takes requests in, one thread works them off (ADR 14).

Django runs in a single thread of each process, with one database connection (docs/architecture.md). The loop waits
for bodies to arrive, which has a deadline, and sends answers as a whole: a client that sends or reads slowly holds up
nobody. Tenants take turns.
"""

import asyncio
import io
import sys
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable
from threading import Condition, Thread
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from api import errors
from api.middleware.request_id import RequestIdMiddleware
from api.request import UTF8Request
from tenants.models import PUBLIC_SCHEMA
from tenants.resolution import is_platform_host, known_schema

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# Status, headers, body: an answer that needs nobody any more.
Answer = tuple[str, list[tuple[str, str]], bytes]


class Intake:
    """An ASGI application around a WSGI application.

    `seconds` is how long a body may take, from the end of the headers to its last byte. Of more than `most` bodies
    under way at once the one that has taken longest is given up: slow clients can't take all places. Bodies above
    `largest` bytes are not read.
    """

    def __init__(self, application: Application, *, seconds: float, most: int, largest: int) -> None:
        self._application = application
        self._largest = largest
        self._seconds = seconds
        self._bodies = Bodies(seconds=seconds, most=most)
        self._jobs = Turns()
        self._worker: Thread | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        # A chunked body has no length, and is refused for that.
        if 0 < length <= self._largest:
            try:
                environ["wsgi.input"] = io.BytesIO(await self._bodies.receive(receive))
            except TimeoutError:
                await _send(send, self._refusal(environ))
                return
            except ConnectionError:
                return
        await _send(send, await self._answer(environ))

    async def _answer(self, environ: dict[str, Any]) -> Answer:
        if self._worker is None:
            # Not when the module is loaded: a server may fork after that.
            self._worker = Thread(target=self._work, name="django", daemon=True)
            self._worker.start()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Answer] = loop.create_future()

        def settle(answer: Answer | None, error: BaseException | None) -> None:
            if not done.done():  # the client may have gone
                done.set_result(answer) if answer else done.set_exception(error or RuntimeError())

        def job() -> None:
            try:
                answer, error = _run(self._application, environ), None
            except BaseException as raised:  # noqa: BLE001 - the server logs it and answers 500
                answer, error = None, raised
            loop.call_soon_threadsafe(settle, answer, error)

        self._jobs.put(_whose(environ), job)
        return await done

    def _work(self) -> None:
        while True:
            self._jobs.get()()

    def _refusal(self, environ: dict[str, Any]) -> Answer:
        def refuse(request: HttpRequest) -> HttpResponse:
            return errors.render(request, errors.RequestTimeoutError(seconds=f"{self._seconds:g}"))

        response = RequestIdMiddleware(refuse)(UTF8Request(environ))
        return str(response.status_code), list(response.items()), response.content


class Bodies:
    """The bodies under way."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._waiting: OrderedDict[asyncio.Timeout, None] = OrderedDict()

    async def receive(self, receive: Receive) -> bytes:
        """The whole body. Raises TimeoutError, and ConnectionError when the client hung up."""
        timeout = asyncio.timeout(self._seconds)
        try:
            async with timeout:
                self._waiting[timeout] = None
                if len(self._waiting) > self._most:
                    oldest, _ = self._waiting.popitem(last=False)
                    oldest.reschedule(0)
                return await _whole(receive)
        finally:
            self._waiting.pop(timeout, None)


class Turns:
    """A queue in which everybody's next job waits for one job of each other at the most."""

    def __init__(self) -> None:
        self._jobs: dict[str, deque[Callable[[], None]]] = {}
        self._turns: deque[str] = deque()
        self._changed = Condition()

    def put(self, who: str, job: Callable[[], None]) -> None:
        with self._changed:
            if who not in self._jobs:
                self._jobs[who] = deque()
                self._turns.append(who)
            self._jobs[who].append(job)
            self._changed.notify()

    def get(self) -> Callable[[], None]:
        """The next job; waits until there is one."""
        with self._changed:
            while not self._turns:
                self._changed.wait()
            who = self._turns.popleft()
            jobs = self._jobs[who]
            job = jobs.popleft()
            if jobs:
                self._turns.append(who)
            else:
                del self._jobs[who]
            return job


def environ_of(scope: Scope) -> dict[str, Any]:
    """PEP 3333's environment of an ASGI request, with an empty body.

    Repeated headers are joined by commas. Those whose names hold an underscore are dropped: `X_Tenant` would become
    what `X-Tenant` becomes.
    """
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    raw_path = scope.get("raw_path")
    path = unquote_to_bytes(raw_path.split(b"?")[0]) if raw_path else scope["path"].encode()
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{text}" if key in environ else text
    return environ


def _whose(environ: dict[str, Any]) -> str:
    """Whose turn a request takes: its tenant's, however it is named. By what it says of itself: whether that is true
    is found out in its turn. All who name a tenant that this process hasn't met share one, or somebody could have as
    many as there are names."""
    host, _port = split_domain_port(environ.get("HTTP_HOST", ""))
    number = environ.get("HTTP_X_TENANT")
    if number is None and is_platform_host(host):
        return PUBLIC_SCHEMA
    return known_schema(host=host, number=number) or ""


def _run(application: Application, environ: dict[str, Any]) -> Answer:
    told: list[Any] = []
    response = application(environ, lambda status, headers, *_: told.extend((status, headers)))
    try:
        content = b"".join(response)
    finally:
        # In this thread: the end of a request tidies up its database connection.
        if hasattr(response, "close"):
            response.close()
    return told[0], told[1], content


async def _whole(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, answer: Answer) -> None:
    status, headers, content = answer
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": int(status[:3]), "headers": encoded})
    await send({"type": "http.response.body", "body": content})
