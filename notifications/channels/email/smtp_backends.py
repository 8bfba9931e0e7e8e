"""Django's SMTP backend with a limit for the whole of each step, and with a guard in front of tenants' servers.

EMAIL_TIMEOUT begins anew with every byte that a server says.
"""

import smtplib
import socket
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from notifications.channels.addresses import connect
from notifications.channels.watchdog import Watchdog

# For signing in, and for each mail after that: both together end before the task's limit.
STEP_SECONDS: Final = 20.0
# To say goodbye, which nobody needs to hear.
QUIT_SECONDS: Final = 3.0
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


class _Watched(smtplib.SMTP):
    """Lets the watchdog hold its connection."""

    file: Any
    watchdog: Watchdog
    is_guarded = False

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        if self.is_guarded:
            made = connect(host, port, timeout=timeout)
        else:
            made = socket.create_connection((host, port), timeout)
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


class _WatchedTLS(smtplib.SMTP_SSL, _Watched):
    """TLS from the first byte, around the socket that `_Watched` makes."""


class WatchedBackend(EmailBackend):
    """For the platform's own server, which may be on its own network."""

    # Whether it connects only where `addresses.connect` lets it.
    is_guarded = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._watchdog = Watchdog()

    @property
    def connection_class(self) -> Any:
        base: Any = _WatchedTLS if self.use_ssl else _Watched
        return type(base.__name__, (base,), {"watchdog": self._watchdog, "is_guarded": self.is_guarded})

    def open(self) -> bool | None:
        with self._watchdog.limit(STEP_SECONDS):
            return super().open()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with self._watchdog.limit(STEP_SECONDS * max(len(email_messages), 1)):
            return super().send_messages(email_messages)

    def close(self) -> None:
        try:
            with self._watchdog.limit(QUIT_SECONDS):
                super().close()
        finally:
            self._watchdog.close()


class GuardedBackend(WatchedBackend):
    """For servers that tenants name."""

    is_guarded = True
