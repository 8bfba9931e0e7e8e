"""Requests on their way to the one thread: whose turn it is, and what Django gets to see."""

import asyncio
from collections.abc import Iterable
from threading import get_ident
from typing import Any

import pytest

from api.intake import Intake, Turns, _whose, environ_of
from tenants.resolution import resolve


def test_everybody_s_next_job_waits_for_one_of_each_other() -> None:
    turns, done = Turns(), []
    for number in range(4):
        turns.put("storm", lambda number=number: done.append(f"storm {number}"))  # type: ignore[misc]
    turns.put("calm", lambda: done.append("calm 0"))
    turns.put("other", lambda: done.append("other 0"))
    for _ in range(6):
        turns.get()()

    assert done == ["storm 0", "calm 0", "other 0", "storm 1", "storm 2", "storm 3"]


def test_a_tenant_has_one_turn_however_it_is_named(north: Any, south: Any) -> None:
    for tenant in (north, south):
        resolve(host=f"{tenant.slug}.test", number=None)
        resolve(host="localhost", number=str(tenant.number))
    named = [
        *({"HTTP_HOST": host} for host in ("north.test", "NORTH.test", "north.test:80", "north.test.")),
        *({"HTTP_HOST": host, "HTTP_X_TENANT": str(north.number)} for host in ("localhost", "north.test", "x.test")),
    ]

    assert {_whose(environ) for environ in named} == {north.schema_name}
    assert _whose({"HTTP_HOST": "south.test"}) == south.schema_name


def test_names_that_nobody_has_share_one_turn(north: Any) -> None:
    resolve(host="localhost", number=str(north.number))
    hosts: list[dict[str, str]] = [{"HTTP_HOST": host} for host in ("a.test", "b.test", "", "[", "a b")]
    spellings = ("1", "2", "", " ", f"00{north.number}")
    numbers = [{"HTTP_HOST": "localhost", "HTTP_X_TENANT": number} for number in spellings]

    assert {_whose(environ) for environ in [*hosts, *numbers]} == {""}
    assert _whose({"HTTP_HOST": "localhost:8000"}) == "public"


def _scope(**changes: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "http_version": "1.1",
        "scheme": "http",
        "path": "/v1/ä b",
        "raw_path": b"/v1/%C3%A4%20b",
        "query_string": b"a=%C3%A4",
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.1", 4000),
        "headers": [],
        **changes,
    }


def test_the_environment_is_that_of_pep_3333() -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2"), (b"host", b"north.test")]
    environ = environ_of(_scope(headers=headers))

    assert environ["PATH_INFO"].encode("latin-1").decode() == "/v1/ä b"
    assert environ["QUERY_STRING"] == "a=%C3%A4"
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("application/json", "2")
    assert (environ["HTTP_HOST"], environ["REMOTE_ADDR"]) == ("north.test", "192.0.2.1")
    assert "HTTP_CONTENT_TYPE" not in environ


def test_repeated_headers_are_seen_as_such() -> None:
    headers = [(b"x-tenant", b"1"), (b"x-tenant", b"2"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]
    environ = environ_of(_scope(headers=headers))

    assert (environ["HTTP_X_TENANT"], environ["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")


def test_a_name_with_an_underscore_is_no_other_header() -> None:
    environ = environ_of(_scope(headers=[(b"x_tenant", b"2"), (b"content_length", b"9")]))

    assert "HTTP_X_TENANT" not in environ
    assert "CONTENT_LENGTH" not in environ


class Client:
    """Sends what it is given, then nothing more; keeps what it gets."""

    def __init__(self, *parts: bytes, whole: bool = True) -> None:
        self.parts = list(parts)
        self.whole = whole
        self.got: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if not self.parts:
            await asyncio.sleep(60)
        body = self.parts.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self.parts) or not self.whole}

    async def send(self, message: dict[str, Any]) -> None:
        self.got.append(message)

    @property
    def status(self) -> int:
        return int(self.got[0]["status"])


class Echo:
    """A WSGI application that answers what it got, and notes its threads."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.closed = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.threads.append(get_ident())
        if environ["REQUEST_METHOD"] == "BREAK":
            raise RuntimeError
        start_response("200 OK", [("X-Length", environ.get("CONTENT_LENGTH", ""))])
        return _Body(self, environ["wsgi.input"].read())


class _Body:
    def __init__(self, echo: Echo, body: bytes) -> None:
        self._echo, self._body = echo, body

    def __iter__(self) -> Any:
        yield self._body[:1]
        yield self._body[1:]

    def close(self) -> None:
        self._echo.threads.append(get_ident())
        self._echo.closed += 1


def _intake(echo: Echo, *, seconds: float = 0.2, most: int = 2) -> Intake:
    return Intake(echo, seconds=seconds, most=most, largest=10)


def _post(length: int) -> dict[str, Any]:
    return _scope(headers=[(b"content-length", str(length).encode())])


def test_a_body_in_pieces_arrives_whole_and_all_work_is_done_in_one_thread() -> None:
    echo, clients = Echo(), [Client(b"ab", b"", b"c") for _ in range(5)]
    intake = _intake(echo, most=9)

    async def main() -> None:
        await asyncio.gather(*(intake(_post(3), client.receive, client.send) for client in clients))

    asyncio.run(main())
    assert [client.got[1]["body"] for client in clients] == [b"abc"] * 5
    assert echo.closed == 5
    assert len(set(echo.threads)) == 1
    assert get_ident() not in echo.threads


def test_a_body_that_does_not_come_is_408_and_reaches_nobody() -> None:
    echo, client = Echo(), Client(b"a", whole=False)
    asyncio.run(_intake(echo)(_post(3), client.receive, client.send))

    assert client.status == 408
    assert (b"connection", b"close") in client.got[0]["headers"]
    assert echo.threads == []


def test_a_body_that_is_too_large_is_not_read() -> None:
    echo, client = Echo(), Client()
    asyncio.run(_intake(echo)(_post(11), client.receive, client.send))

    # Django refuses it by its length.
    assert (client.status, client.got[1]["body"]) == (200, b"")
    assert (b"x-length", b"11") in client.got[0]["headers"]


def test_who_hangs_up_in_the_middle_changes_nothing() -> None:
    echo, client = Echo(), Client()

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    asyncio.run(_intake(echo)(_post(3), receive, client.send))
    assert (client.got, echo.threads) == ([], [])


def test_what_django_does_not_catch_is_the_server_s_affair_and_the_thread_goes_on() -> None:
    echo = Echo()
    intake = _intake(echo)

    async def main() -> None:
        broken, whole = Client(), Client()
        with pytest.raises(RuntimeError):
            await intake(_scope(method="BREAK"), broken.receive, broken.send)
        await intake(_scope(method="GET"), whole.receive, whole.send)
        assert whole.status == 200

    asyncio.run(main())
