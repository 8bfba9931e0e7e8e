"""A mail server of the tenant's own."""

import contextlib
import smtplib
import socket
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import structlog
from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from notifications.channels.addresses import connect
from notifications.channels.email.failures import failure
from notifications.channels.email.letters import Letter
from notifications.channels.errors import SendingError, TransientFailureError
from notifications.channels.failures import redacted
from notifications.channels.watchdog import Watchdog
from notifications.rules import Why

logger = structlog.get_logger(__name__)


# For all that one mail takes, sign-in included: EMAIL_TIMEOUT begins anew with every byte that a server says.
SEND_SECONDS: Final = 30.0
# More than any server has to say at once.
ANSWER_BYTES: Final = 64 * 1024


class _Answers:
    """What a server says, no more than ANSWER_BYTES at once: smtplib itself would keep any number of lines."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.left = ANSWER_BYTES

    def readline(self, limit: int) -> bytes:
        line = self._file.readline(limit)
        self.left -= len(line)
        if self.left < 0:
            raise OSError("The answer is too long.")
        return line

    def close(self) -> None:
        self._file.close()


class _Guarded(smtplib.SMTP):
    """Connects where `addresses.connect` lets it."""

    file: Any
    watchdog: Watchdog | None = None

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        made = connect(host, port, timeout=timeout)
        if self.watchdog is not None:
            try:
                self.watchdog.hold(made)
            except OSError:
                made.close()
                raise
        return made

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Answers(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = ANSWER_BYTES
        return super().getreply()


class _GuardedTLS(smtplib.SMTP_SSL, _Guarded):
    """TLS from the first byte, around the socket that `_Guarded` makes."""


class GuardedBackend(EmailBackend):
    watchdog: Watchdog | None = None

    @property
    def connection_class(self) -> Any:
        watched = self.watchdog

        class Watched(_GuardedTLS if self.use_ssl else _Guarded):  # type: ignore[misc]
            watchdog = watched

        return Watched


class SmtpLink:
    """One connection, as long as nothing goes wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._server: GuardedBackend | None = None
        self._watchdog = Watchdog()

    def send(self, load: Letter) -> str:
        try:
            with self._watchdog.limit(SEND_SECONDS):
                self._open().send_messages([load.mail])
        except Exception as error:  # noqa: BLE001 - each kind is told apart there
            # Whatever the server said, the next mail finds a connection in order.
            self.close()
            known = failure(error, say=lambda text: redacted(text, self._secrets))
            if isinstance(known, SendingError):
                raise known from None
            # Without its text, which may hold what it was given.
            logger.warning("mail server failed unexpectedly", error=type(error).__name__)
            raise TransientFailureError(f"Unexpected: {type(error).__name__}.", why=Why.UNEXPECTED) from None
        return load.message_id

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(Exception):
                server.close()
        self._watchdog.close()

    @property
    def _secrets(self) -> list[str]:
        return [self._values.get("password", "")]

    def _open(self) -> GuardedBackend:
        if self._server is None:
            # Before it is open: a server that refuses halfway leaves a connection to close.
            self._server = GuardedBackend(
                host=self._values["host"],
                port=int(self._values["port"]),
                username=self._values.get("user", ""),
                password=self._values.get("password", ""),
                use_tls=self._values["security"] == "starttls",
                use_ssl=self._values["security"] == "tls",
                timeout=settings.EMAIL_TIMEOUT,
                fail_silently=False,
            )
            self._server.watchdog = self._watchdog
            self._server.open()
        return self._server
