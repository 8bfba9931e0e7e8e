"""HTTP to servers that tenants name, or that providers run: guarded, without redirects, in limited time and size."""

import socket
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.poolmanager import PoolManager

from notifications.channels.addresses import connect
from notifications.channels.watchdog import Watchdog

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 8.0
# From the look-up of the name to the end of the answer, however slowly its bytes come.
TOTAL_SECONDS: Final = 20.0
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


class _Watched:
    """Beside a connection: guarded, and the watchdog holds it."""

    watchdog: Watchdog

    def __init__(self, *args: Any, watchdog: Watchdog, **kwargs: Any) -> None:
        self.watchdog = watchdog
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        made = _connected(self)  # type: ignore[arg-type]  # the connection comes after this
        try:
            self.watchdog.hold(made)
        except OSError:
            made.close()
            raise
        return made


class GuardedHTTPConnection(_Watched, HTTPConnection):
    pass


class GuardedHTTPSConnection(_Watched, HTTPSConnection):
    pass


class GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls: Any = GuardedHTTPConnection


class GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls: Any = GuardedHTTPSConnection


class _Pools(PoolManager):
    def __init__(self, watchdog: Watchdog, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pool_classes_by_scheme = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}
        self._watchdog = watchdog

    def _new_pool(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        made = super()._new_pool(*args, **kwargs)
        made.conn_kw["watchdog"] = self._watchdog
        return made


class GuardedAdapter(HTTPAdapter):
    """No retries: who sends decides that. The answer is read whole, within limits."""

    def __init__(self) -> None:
        self._watchdog = Watchdog()
        # One connection, which the watchdog holds.
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:  # noqa: FBT001, FBT002
        self.poolmanager = _Pools(self._watchdog, num_pools=connections, maxsize=maxsize, block=block, **more)

    def send(self, request: Any, *_args: Any, **options: Any) -> requests.Response:
        options |= {"stream": True, "timeout": options.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)}
        try:
            with self._watchdog.limit(TOTAL_SECONDS):
                response = super().send(request, **options)
                response._content = _read(response)  # noqa: SLF001 - where requests keeps what it has read
        except requests.RequestException as error:
            if self._watchdog.has_cut:
                raise _too_slow() from error
            raise
        if self._watchdog.has_cut:
            # To the parser the end of the connection is the end of the headers, or of the answer.
            response.close()
            raise _too_slow()
        return response

    def close(self) -> None:
        super().close()
        self._watchdog.close()


class GuardedSession(requests.Session):
    """What proxies and `.netrc` of the environment say is not for tenants' servers. Redirects are answers."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = AGENT
        guarded = GuardedAdapter()
        for scheme in ("https://", "http://"):
            self.mount(scheme, guarded)

    def request(self, *args: Any, **options: Any) -> requests.Response:
        # A provider's library may ask for other things; here they are not to be had.
        options |= {"allow_redirects": False, "timeout": (CONNECT_SECONDS, READ_SECONDS), "verify": True}
        return super().request(*args, **options)


def session() -> requests.Session:
    """Kept open for several requests; whoever takes one closes it."""
    return GuardedSession()


def _too_slow() -> AnswerTooSlowError:
    return AnswerTooSlowError(f"There was no whole answer within {TOTAL_SECONDS:.0f} s.")


def _read(response: requests.Response) -> bytes:
    read = bytearray()
    try:
        # As the bytes come: a chunk of a fixed size would be waited for.
        while piece := response.raw.read1(ANSWER_BYTES, decode_content=True):
            read += piece
            if len(read) > ANSWER_BYTES:
                raise AnswerTooLargeError(f"The answer is larger than {ANSWER_BYTES} bytes.")
    except AnswerTooLargeError:
        response.close()
        raise
    except Exception as error:
        response.close()
        raise requests.ConnectionError("The connection broke while the answer came.") from error
    response.raw.release_conn()
    response._content_consumed = True  # noqa: SLF001
    return bytes(read)
