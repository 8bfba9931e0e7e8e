"""A real HTTP(S) server on this machine that takes webhooks, and misbehaves as it is told."""

import datetime as dt
import ipaddress
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True)
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Handler = Any
Behaviour = Callable[[Handler], None]


@dataclass
class Receiver:
    """Answers what `behaviour` says, or for a path what `at` says; remembers every call."""

    url: str = ""
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    behaviour: Behaviour = field(default_factory=lambda: answer(200))
    at: dict[str, Behaviour] = field(default_factory=dict)
    # Chooses by what was sent; None leaves it to the others.
    choose: Callable[[Call], Behaviour | None] = field(default=lambda _: None)
    connections: int = 0
    # Set when the test is over: whoever hangs lets go.
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What it was told: event and subject, in order."""
        return [(call.json["type"], call.json["data"].get("id", "")) for call in self.calls]


def answer(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def hang(handler: Handler) -> None:
    """Takes the call and never says a word."""
    handler.state.over.wait(30)


def drip_headers(handler: Handler) -> None:
    """A byte every 50 ms, for ever: no single read is late."""
    _drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: ")


def drip_body(handler: Handler) -> None:
    """Says 200 at once, and then a byte every 50 ms."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    _drip(handler, b"")


def endless_body(handler: Handler) -> None:
    """As many bytes as the other side takes."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not handler.state.over.is_set():
        handler.wfile.write(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")


def reset(handler: Handler) -> None:
    """Ends the connection by RST instead of an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def _drip(handler: Handler, first: bytes) -> None:
    handler.wfile.write(first)
    while not handler.state.over.is_set():
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


@contextmanager
def receiver(*, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """A server for the length of the block; `host` is what its address calls it."""
    state = Receiver()

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """Callers that hang up are what it is for."""

    class TakesCalls(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 0

        def setup(self) -> None:
            self.state = state
            state.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            state.calls.append(call)
            behaviour = state.choose(call) or state.at.get(self.path) or state.behaviour
            try:
                behaviour(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), TakesCalls)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    state.port = server.server_address[1]
    state.url = f"{'https' if tls else 'http'}://{host}:{state.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path, *names: str) -> Path:
    """A self-signed certificate with its key, for the names, in one PEM file: its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = dt.datetime.now(tz=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{names[0]}.pem"
    pem, raw = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, raw, serialization.NoEncryption()))
    return file


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
