"""Requests that no well-behaved client sends, as raw bytes: what a generator of valid HTTP can't say."""

import contextlib
import http.client
import json
import random
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

LONG = 200_000


@dataclass(frozen=True)
class Abuse:
    """One request: what it is about, and its bytes."""

    what: str
    method: str
    path: str
    raw: bytes


@dataclass(frozen=True)
class Answer:
    """Status 0: the server closed the connection without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes


# As they stand in JSON text; `{}` inside a text is where the field's own value may go.
VALUES = [
    '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfff\\ud800"', "NaN", "Infinity", "-Infinity", "1e400", "-1e400",
    "1" + "0" * 30, "-1" + "0" * 30, "9223372036854775807", "9223372036854775808", "-9223372036854775809",
    "1" + "0" * 5000, "0.1", "-0.0", "-1", "0", "true", "false", "null", "{}", "[]", '""', '" "', '"\\n"', '"\\u202e"',
    '"\\ufeff"', '"\\u2028"', '"' + "a" * LONG + '"', '"' + "\\u0301" * 3000 + '"', '"\U0001f9d1\u200d\U0001f680"',
    "[" * 60 + "]" * 60, "[" * 70 + "]" * 70, "[" * 5000 + "]" * 5000, '{"a":' * 40 + "1" + "}" * 40,
    '"0000-00-00T00:00:00Z"', '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00+14:00"', '"2026-02-30T09:00:00Z"',
    '"2026-12-01T24:00:00Z"', '"2026-12-01T09:00:60Z"', '"2026-12-01T09:00:00"', '"2026-12-01T09:00:00+99:99"',
    '"\u0662\u0660\u0662\u0666-12-01T09:00:00Z"', '"24:00"', '"-1:00"', '"09:00:00.5"', '"2026-02-30"', '"10000-01-01"',
    '"Mars/Olympus"', '"../../etc/passwd"', '"Europe/Berlin\\u0000"', '"a@b"', '"@"', '"x@" ', '"\'; DROP TABLE x; --"',
    '"%s%n{0}{slot_at}"', '"${jndi:ldap://x}"', "[1,1,1]", "[null]", "[{}]", "[[]]", '["\\u0000"]', '{"a":null}',
    "[" + ",".join(["1"] * 5000) + "]", "{" + ",".join(f'"k{n}":1' for n in range(5000)) + "}", "[0,8,-1,99]",
]  # fmt: skip
HEADER_VALUES = [
    b"", b" ", b"\t", b"*", b'"', b'""', b'"1"', b'W/"1"', b'"1", "2"', b'"' + b"9" * 400 + b'"', b'"-1"', b'"1" "2"',
    b"null", b"0", b"-1", b"1", b"1001", b"1002", b"99999999999999999999", b"1e3", b"1,1", b"1001, 1002", b"0x3e9",
    "١٠٠١".encode(), b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"a" * 256, b"a" * 7000, b"%00", b"{}", b"[]",
    b"' OR 1=1 --", b"00000000-0000-0000-0000-000000000000", b"{53075d23-6c3f-5e98-b11a-0b04678e1dec}",
    b"urn:uuid:53075d23-6c3f-5e98-b11a-0b04678e1dec", b"53075D236C3F5E98B11A0B04678E1DEC", b"../..",
    b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01", b"00-" + b"f" * 32 + b"-" + b"f" * 16 + b"-zz", b"ff-1-1-1",
    b"text/html", b"application/xml;q=0.1, */*", b"*/*;q=0", b"application/json; charset=utf-16", b"gzip, br",
    b"Bearer", b"Bearer ", b"Bearer a b", b"Basic !!!", b"Basic " + b"A" * 5000, b"Basic Og==", b"Digest x",
    b"Bearer " + b"\xff" * 20, b"chunked", b"bytes=0-1", b"Sat, 01 Jan 2000 00:00:00 GMT", b"100-continue",
    b"localhost", b"harbor.localhost.", b"HARBOR.LOCALHOST", b"harbor.localhost:99999", b"[::1", b"a_b.localhost",
    b"evil.example", b"harbor.localhost@evil", b"harbor.localhost/x", b"127.0.0.1:1", b"xn--", b"."
]  # fmt: skip
HEADERS = [
    "Idempotency-Key", "If-Match", "If-None-Match", "X-Tenant", "X-Current-User-Id", "traceparent", "tracestate",
    "X-Request-Id", "Accept", "Accept-Language", "Accept-Encoding", "Host", "Authorization", "Content-Type", "Origin",
    "Referer", "Cookie", "Range", "If-Modified-Since", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
    "X-Forwarded-Proto", "X-HTTP-Method-Override", "Content-Encoding", "Expect", "Upgrade", "Connection", "X_Tenant",
    "Access-Control-Request-Method", "User-Agent", "Date",
]  # fmt: skip
METHODS = [
    "TRACE", "OPTIONS", "HEAD", "PUT", "PATCH", "DELETE", "POST", "GET", "get", "Post", "PROPFIND", "QUERY", "CONNECT",
    "PURGE", "A" * 300, "G\u00c4T",
]  # fmt: skip
PATHS = [
    "%00", "a%00b", "%2e%2e", "%2e%2e%2fadmin%2f", "..", "../../etc/passwd", "%ff", "%c3%28", "%ed%a0%80", "%", "%zz",
    "%25", "//", ";x=1", "%0d%0aX-Evil:1", "%20", "+", "*", "a" * 9000, "me/", "me//", "null", "undefined", "-1",
    "00000000-0000-0000-0000-000000000000", "%E2%80%AE", "\u00e9", "{id}", "%7Bid%7D", "a?b", "#x", "bookings.json",
]  # fmt: skip
PREFIXES = [
    "/v1/coaches/", "/v1/bookings/", "/v1/clients/", "/v1/staff/", "/v1/providers/", "/v1/events/", "/v1/businesses/",
    "/v1/appointments/", "/v1/", "/oauth/", "/openapi/", "/docs/", "/admin/", "/admin/login/", "/static/", "/",
]  # fmt: skip
QUERIES = [
    "limit=0", "limit=-1", "limit=201", "limit=1e2", "limit=%00", "limit=1&limit=2", "limit=", "limit=\u0661",
    "cursor=%00", "cursor=cj0xJnA9MQ==",
    "cursor=" + "A" * 5000,
    "cursor=cD0lMDA=", "cursor=cD1hYmM=",
    "cursor=bz0tMQ==",
    "cursor=bz05OTk5OTk5OTk5OTk5", "cursor=%ff", "email=%00", "email=%ff",
    "email=" + "a" * 5000,
    "email[]=x", "email=%ed%a0%80",
    "from=x",
    "from=2026-12-01T09:00:00Z&to=2026-11-01T09:00:00Z",
    "from=9999-12-31T23:59:59Z", "to=0001-01-01T00:00:00Z",
    "from=2026-12-01T09:00:00+00:00", "from=&to=", "from=1&from=2", "to=%00", "%00=%00", "&&&===", "a" * 6000, "=",
    "&".join(f"k{n}=1" for n in range(1200)), "format=xml", "_method=DELETE", "next=//evil.example", "%ff=%ff",
]  # fmt: skip
CONTENT_TYPES = [
    "", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=x", "application/json; charset=latin-1", "APPLICATION/JSON", "application/json;",
    "application/problem+json", "application/json, text/html", "*/*", "\u00e9/\u00e9", "a" * 3000,
]  # fmt: skip


class Abuser:
    """Endless requests, the same for the same seed. `operations` are (method, path, body or None) that work."""

    def __init__(self, *, seed: int, host: str, token: str, operations: list[tuple[str, str, Any]]) -> None:
        self.random = random.Random(seed)
        self.host = host
        self.token = token
        self.operations = operations

    def requests(self) -> Iterator[Abuse]:
        kinds: list[Callable[[], Abuse]] = [
            self.field, self.field, self.field, self.bytes_, self.header, self.header, self.repeated_header,
            self.method, self.path, self.query, self.content_type, self.framing, self.token_endpoint, self.login,
        ]  # fmt: skip
        while True:
            yield self.random.choice(kinds)()

    def field(self) -> Abuse:
        method, path, body = self._write()
        where, text = self._poisoned(body, self.random.choice(VALUES))
        return self._made(f"field {where}", method, path, text.encode("utf-8", "surrogatepass"))

    def bytes_(self) -> Abuse:
        method, path, _ = self._write()
        body = self.random.randbytes(self.random.choice([1, 2, 16, 300, 5000]))
        if self.random.random() < 0.1:
            body = b'{"a":"' + b"x" * (1024 * 1024) + b'"}'
        return self._made("random bytes", method, path, body)

    def header(self) -> Abuse:
        method, path, body = self.random.choice(self.operations)
        name, value = self.random.choice(HEADERS), self.random.choice(HEADER_VALUES)
        return self._made(f"header {name}", method, path, self._json(body), headers=[(name, value)])

    def repeated_header(self) -> Abuse:
        method, path, body = self.random.choice(self.operations)
        name = self.random.choice(HEADERS)
        values = [(name, self.random.choice(HEADER_VALUES)) for _ in range(self.random.choice([2, 3, 50]))]
        return self._made(f"repeated {name}", method, path, self._json(body), headers=values)

    def method(self) -> Abuse:
        _, path, body = self.random.choice(self.operations)
        where = self.random.choice([path, self.random.choice(PREFIXES)])
        return self._made("method", self.random.choice(METHODS), where, self._json(body))

    def path(self) -> Abuse:
        method = self.random.choice(["GET", "GET", "POST", "DELETE", "PATCH"])
        tail = self.random.choice(["", "/bookings", "/slots", "/office-hours", "/"])
        path = self.random.choice(PREFIXES) + self.random.choice(PATHS) + tail
        return self._made("path", method, path, b"{}" if method in {"POST", "PATCH"} else b"")

    def query(self) -> Abuse:
        method, path, body = self.random.choice(self.operations)
        where = self.random.choice([path, path, self.random.choice(PREFIXES)])
        query = "&".join(self.random.sample(QUERIES, self.random.choice([1, 1, 2])))
        return self._made("query", method, f"{where}?{query}", self._json(body))

    def content_type(self) -> Abuse:
        method, path, body = self._write()
        value = self.random.choice(CONTENT_TYPES).encode("utf-8")
        return self._made("content type", method, path, self._json(body), headers=[("Content-Type", value)])

    def framing(self) -> Abuse:
        """Lengths that lie, chunks, no length at all."""
        method, path, body = self._write()
        text = self._json(body)
        length = self.random.choice([b"-1", b"abc", b"0", b"1", b"99999999999", b"5, 5", b"+5", b"0x10", None])
        headers = [("Content-Length", length)] if length is not None else [("Transfer-Encoding", b"chunked")]
        if length is None:
            text = b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text)
        return self._made("framing", method, path, text, headers=headers)

    def token_endpoint(self) -> Abuse:
        fields = ["grant_type=client_credentials", "grant_type=%00", "grant_type=x&grant_type=y", "scope=%ff",
                  "client_id=%00&client_secret=%00", "username=a&password=b&grant_type=password", "scope=act-as%00",
                  "grant_type=refresh_token&refresh_token=%00", "code=%00&grant_type=authorization_code",
                  "=&=", "a" * 3000,
                  "client_id=demo-harbor-web&client_secret=x&grant_type=client_credentials"]  # fmt: skip
        body = "&".join(self.random.sample(fields, self.random.choice([1, 2, 3]))).encode()
        content_type = self.random.choice(
            [b"application/x-www-form-urlencoded", b"application/json", b"", b"multipart/form-data"]
        )
        headers = [("Content-Type", content_type), ("Authorization", self.random.choice(HEADER_VALUES))]
        return self._made(
            "token endpoint", self.random.choice(["POST", "POST", "GET", "PUT"]), "/oauth/token", body, headers=headers
        )

    def login(self) -> Abuse:
        bodies = [b"username=%00&password=%00", b"username=%ff", b"csrfmiddlewaretoken=%00", b"next=//evil",
                  b"username=" + b"a" * 5000, b"\xff\xfe", b""]  # fmt: skip
        cookies = [b"csrftoken=" + b"a" * 32, b"sessionid=%00", b"sessionid=\xff", b"=;=;",
                   b"csrftoken=a; csrftoken=b", b"a" * 5000]  # fmt: skip
        body = self.random.choice(bodies)
        headers = [("Content-Type", b"application/x-www-form-urlencoded"), ("Cookie", self.random.choice(cookies))]
        return self._made("log-in", self.random.choice(["POST", "GET"]), "/admin/login/", body, headers=headers)

    def _write(self) -> tuple[str, str, Any]:
        return self.random.choice([operation for operation in self.operations if operation[2] is not None])

    def _poisoned(self, body: Any, text: str) -> tuple[str, str]:
        """A place in the body with another value there, as JSON text."""
        places = list(_places(body))
        place = self.random.choice([*places, ("unknown",), ()])
        if not place:
            return "body", text
        marked = json.loads(json.dumps(body))
        spot = marked
        for step in place[:-1]:
            spot = spot[step]
        spot[place[-1]] = "@poison@"
        return ".".join(map(str, place)), json.dumps(marked).replace('"@poison@"', text)

    def _json(self, body: Any) -> bytes:
        return b"" if body is None else json.dumps(body).encode()

    def _made(
        self, what: str, method: str, path: str, body: bytes, headers: list[tuple[str, bytes]] | None = None
    ) -> Abuse:
        given = headers or []
        names = {name.lower() for name, _ in given}
        usual = [
            ("Host", self.host.encode()),
            ("Authorization", f"Bearer {self.token}".encode()),
            ("Content-Type", b"application/json"),
            ("Content-Length", str(len(body)).encode()),
            ("Connection", b"close"),
        ]
        free = {"content-length"} if "transfer-encoding" in names else set()
        lines = [f"{method} {path} HTTP/1.1".encode()]
        kept = [(name, value) for name, value in usual if name.lower() not in names | free]
        lines += [name.encode() + b": " + value for name, value in [*kept, *given]]
        return Abuse(what, method, path, b"\r\n".join(lines) + b"\r\n\r\n" + body)


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*place, key)
        yield from _places(item, (*place, key))


def send(port: int, abuse: Abuse, *, patience: float = 15) -> Answer | None:
    """One connection, one request, one answer; None when none came within `patience` seconds."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
            # What is refused before it is all there is answered all the same.
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                connection.sendall(abuse.raw)
            answer = http.client.HTTPResponse(connection, method=abuse.method)
            answer.begin()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())
    except TimeoutError:
        return None
    except (ConnectionResetError, http.client.HTTPException):
        return Answer(0, {}, b"")
