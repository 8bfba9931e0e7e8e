"""Mail providers with an HTTP API, through django-anymail: a backend per account, with that account's credentials."""

import contextlib
import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import requests
import structlog
from anymail.exceptions import AnymailError, AnymailRecipientsRefused

from notifications.channels import http
from notifications.channels.email.letters import Letter
from notifications.channels.errors import (
    PermanentFailureError,
    SendingError,
    TransientFailureError,
    UnreachableError,
)
from notifications.channels.failures import by_status, redacted
from notifications.rules import Why

logger = structlog.get_logger(__name__)

# Under this name providers' logs and webhooks tell which message it was.
METADATA = "slotkeeper_message"


class MailServiceLink:
    """`name` is anymail's module, `values` are its backend's settings by their names there."""

    def __init__(self, *, label: str, name: str, values: Mapping[str, str], secrets: list[str]) -> None:
        self._label, self._name, self._values, self._secrets = label, name, values, secrets
        self._backend: Any = None

    def send(self, load: Letter) -> str:
        mail: Any = load.mail
        mail.metadata = {METADATA: load.key}
        try:
            backend = self._open()
            # Resend takes it (for a day), the others overlook it.
            backend.session.headers["Idempotency-Key"] = load.key
            backend.send_messages([mail])
        except Exception as error:  # noqa: BLE001 - each kind is told apart there
            self.close()
            raise self._failure(error) from None
        if not (mail.anymail_status.status or set()) & {"sent", "queued"}:
            # anymail itself raises for some of a provider's ways to say no, and not for others.
            raise self._refused(mail.anymail_status.esp_response)
        found = mail.anymail_status.message_id
        return found if isinstance(found, str) else ""

    def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            with contextlib.suppress(Exception):
                backend.close()

    def _open(self) -> Any:
        if self._backend is None:
            module = import_module(f"anymail.backends.{self._name}")
            with warnings.catch_warnings():
                # anymail no longer tests its backend for SendGrid against the real one; our tests hold its form.
                warnings.simplefilter("ignore")
                self._backend = module.EmailBackend(**self._values, debug_api_requests=False)
            self._backend.session = http.session()
        return self._backend

    def _failure(self, error: Exception) -> SendingError:
        if isinstance(error, SendingError):
            return error
        response = getattr(error, "response", None)
        if isinstance(error, AnymailRecipientsRefused):
            return self._refused(response)
        if response is not None:
            return by_status(self._label, response.status_code, self._said(response))
        if isinstance(error, requests.RequestException):
            reason = type(error.__cause__ or error).__name__
            return UnreachableError(f"{self._label} can't be reached: {reason}.")
        if isinstance(error, AnymailError):
            return PermanentFailureError(f"{self._label}: {redacted(str(error), self._secrets)}")
        # Without its text, which may hold what it was given.
        logger.warning("mail service failed unexpectedly", provider=self._name, error=type(error).__name__)
        return TransientFailureError(f"{self._label}: unexpected {type(error).__name__}.", why=Why.UNEXPECTED)

    def _refused(self, response: Any) -> SendingError:
        return PermanentFailureError(f"{self._label} refuses the recipient: {self._said(response)}")

    def _said(self, response: Any) -> str:
        return redacted(getattr(response, "text", "") or "", self._secrets) or "nothing more"
