"""HTTP to servers that tenants name, or that providers run: guarded, without redirects, in limited time and size."""

import socket
import time
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.poolmanager import PoolManager

from notifications.channels.addresses import connect

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 8.0
# For the whole answer, however slowly its bytes come.
ANSWER_SECONDS: Final = 10.0
# More than any provider has to say. What goes beyond is not read.
ANSWER_BYTES: Final = 64 * 1024
AGENT: Final = "Slotkeeper"


class AnswerTooLargeError(requests.RequestException):
    """The server says more than anybody reads."""


class AnswerTooSlowError(requests.Timeout):
    """The server's answer trickles."""


def _connected(connection: HTTPConnection) -> socket.socket:
    """Where `addresses.connect` lets it go, in place of urllib3's own look-up."""
    timeout: Any = connection.timeout
    try:
        return connect(connection.host, connection.port or connection.default_port, timeout=timeout)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"{connection.host} did not answer in time.") from error
    except OSError as error:
        raise NewConnectionError(connection, f"{connection.host} can't be reached.") from error


class GuardedHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class GuardedHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls: Any = GuardedHTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls: Any = GuardedHTTPSConnection


class _Pools(PoolManager):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class GuardedAdapter(HTTPAdapter):
    """No retries: who sends decides that. The answer is read whole, within limits."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:  # noqa: FBT001, FBT002
        self.poolmanager = _Pools(num_pools=connections, maxsize=maxsize, block=block, **more)

    def send(self, request: Any, *_args: Any, **options: Any) -> requests.Response:
        options |= {"stream": True, "timeout": options.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)}
        response = super().send(request, **options)
        response._content = _read(response)  # noqa: SLF001 - where requests keeps what it has read
        return response


class GuardedSession(requests.Session):
    """What proxies and `.netrc` of the environment say is not for tenants' servers. Redirects are answers."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = AGENT
        for scheme in ("https://", "http://"):
            self.mount(scheme, GuardedAdapter())

    def request(self, *args: Any, **options: Any) -> requests.Response:
        # A provider's library may ask for other things; here they are not to be had.
        options |= {"allow_redirects": False, "timeout": (CONNECT_SECONDS, READ_SECONDS), "verify": True}
        return super().request(*args, **options)


def session() -> requests.Session:
    """Kept open for several requests; whoever takes one closes it."""
    return GuardedSession()


def _read(response: requests.Response) -> bytes:
    until, read = time.monotonic() + ANSWER_SECONDS, bytearray()
    try:
        # As the bytes come: a chunk of a fixed size would be waited for.
        while piece := response.raw.read1(ANSWER_BYTES, decode_content=True):
            read += piece
            if len(read) > ANSWER_BYTES:
                raise AnswerTooLargeError(f"The answer is larger than {ANSWER_BYTES} bytes.")
            if time.monotonic() > until:
                raise AnswerTooSlowError(f"The answer took longer than {ANSWER_SECONDS:.0f} s.")
    except (AnswerTooLargeError, AnswerTooSlowError):
        response.close()
        raise
    except Exception as error:
        response.close()
        raise requests.ConnectionError("The connection broke while the answer came.") from error
    response.raw.release_conn()
    response._content_consumed = True  # noqa: SLF001
    return bytes(read)
