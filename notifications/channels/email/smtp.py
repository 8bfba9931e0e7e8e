"""A mail server of the tenant's own."""

import contextlib
from collections.abc import Mapping

import structlog
from django.conf import settings

from notifications.channels.email.failures import failure
from notifications.channels.email.letters import Letter
from notifications.channels.email.smtp_backends import GuardedBackend
from notifications.channels.errors import SendingError, TransientFailureError
from notifications.channels.failures import redacted
from notifications.rules import Why

logger = structlog.get_logger(__name__)


class SmtpLink:
    """One connection, as long as nothing goes wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._server: GuardedBackend | None = None

    def send(self, load: Letter) -> str:
        try:
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
            self._server.open()
        return self._server
