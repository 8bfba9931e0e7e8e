"""Calling an endpoint: over checked addresses, without following it anywhere, and never for long."""

import contextlib
import http.client
import logging
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.connectionpool import HTTPConnectionPool

from notifications.channels.errors import UnreachableError
from notifications.channels.http import GuardedHTTPPool, GuardedHTTPSPool
from notifications.channels.watchdog import Watchdog

# At DEBUG it would write down whole addresses, whose query may be secret.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

CONNECT_SECONDS = 5.0
# From the look-up of the name to the end of the answer's headers.
TOTAL_SECONDS = 15.0
# The body says nothing that matters: it is read for the log.
BODY_SECONDS = 2.0
BODY_BYTES: Final = 4096
SHOWN_CHARACTERS: Final = 500
USER_AGENT: Final = "Slotkeeper-Webhooks"
_HEADERS: Final = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a call. Without a `status` the endpoint did not answer, and `error` says why, for staff."""

    status: int | None = None
    text: str = ""
    error: str = ""
    milliseconds: int = 0
    # How long the receiver asks to be left alone.
    retry_after: timedelta | None = None


class EndpointSession:
    """One worker's use of an endpoint: its connection is kept between calls and closed at the end."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._path = f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"
        self._watchdog = Watchdog()
        self._pool = _pool(parts.scheme, str(parts.hostname), parts.port, self._watchdog)

    def call(self, *, body: bytes, headers: dict[str, str]) -> Answer:
        """POSTs the body. Never raises: whatever goes wrong is an answer without a status."""
        began = time.monotonic()
        response: Any = None
        try:
            with self._watchdog.limit(TOTAL_SECONDS):
                response = self._pool.urlopen(
                    "POST", self._path, body=body, headers={**_HEADERS, **headers}, redirect=False, retries=False,
                    preload_content=False, decode_content=False,
                    timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=TOTAL_SECONDS),
                )  # fmt: skip
            if self._watchdog.has_cut:
                # To the parser the end of the connection is the end of the headers.
                raise TimeoutError
            text = self._text_of(response)
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, UnreachableError, OSError) as error:
            said = f"The endpoint did not answer within {TOTAL_SECONDS:.0f} s."
            return Answer(error=said if self._watchdog.has_cut else _said(error), milliseconds=_since(began))
        finally:
            if response is not None:
                response.close()  # where it was not read to its end; else the connection is back in the pool
        return Answer(
            status=response.status,
            text=text,
            milliseconds=_since(began),
            retry_after=_asked(response.headers.get("Retry-After", "")),
        )

    def close(self) -> None:
        """Never raises."""
        self._watchdog.close()
        with contextlib.suppress(OSError):
            self._pool.close()

    def _text_of(self, response: Any) -> str:
        """The beginning of the answer's body, as far as it comes in time."""
        read = b""
        with self._watchdog.limit(BODY_SECONDS), contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
            while len(read) < BODY_BYTES and (more := response.read1(BODY_BYTES - len(read), decode_content=False)):
                read += more
        # Postgres takes no NUL.
        return read.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")[:SHOWN_CHARACTERS]


def _pool(scheme: str, host: str, port: int | None, watchdog: Watchdog) -> HTTPConnectionPool:
    # With its port: without one, the last part of an IPv6 address would be taken for it.
    if scheme == "https":
        return GuardedHTTPSPool(host, port or 443, maxsize=1, ssl_context=trusted(), watchdog=watchdog)
    return GuardedHTTPPool(host, port or 80, maxsize=1, watchdog=watchdog)


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """The authorities of the system and those of certifi, read once in each process."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _said(error: Exception) -> str:
    """What staff is told. Never the address: its query may be secret."""
    reason: Any = error
    while isinstance(inner := _inner(reason), Exception):
        reason = inner
    if isinstance(reason, UnreachableError):
        return str(reason)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"Its certificate is not trusted: {reason.verify_message}."
    if isinstance(reason, ssl.SSLError):
        return f"TLS failed: {reason.reason or type(reason).__name__}."
    if isinstance(reason, TimeoutError):
        return "The endpoint did not answer in time."
    return f"The endpoint can't be reached: {type(reason).__name__}."


def _inner(error: Any) -> Any:
    """What an error of urllib3 wraps."""
    if not isinstance(error, urllib3.exceptions.HTTPError):
        return None
    wrapped = [getattr(error, "reason", None), error.__cause__, *error.args]
    return next((one for one in wrapped if isinstance(one, Exception)), None)


def _asked(value: str) -> timedelta | None:
    """Retry-After, in seconds or as a date (RFC 9110, section 10.2.3); None for what is neither."""
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 10**6))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - datetime.now(tz=UTC), timedelta()), timedelta(seconds=10**6))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
