"""What a mail server's refusal means."""

import smtplib
from collections.abc import Callable
from typing import Final

from notifications.channels.errors import (
    PermanentFailureError,
    SendingError,
    TransientFailureError,
    UnreachableError,
)

_REFUSES_US: Final = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)


def failure(error: Exception, *, say: Callable[[str], str] = str) -> Exception:
    """The error as `errors` knows it; the error itself where it is none of the server's. `say` takes secrets out of the
    server's words."""
    if isinstance(error, SendingError):
        return error
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _failure(code, text, say)
    if isinstance(error, _REFUSES_US):
        # Whatever its code: the server refused us, and not this mail.
        return UnreachableError(f"The mail server refuses the platform: {error.smtp_code}.")
    if isinstance(error, smtplib.SMTPResponseException):
        return _failure(error.smtp_code, error.smtp_error, say)
    if isinstance(error, OSError | smtplib.SMTPException):
        return UnreachableError(f"The mail server can't be reached: {type(error).__name__}.")
    return error


def _failure(code: int, text: bytes | str, say: Callable[[str], str]) -> Exception:
    """4xx may work later, 5xx never will (RFC 5321, section 4.2.1)."""
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    kind = PermanentFailureError if 500 <= code < 600 else TransientFailureError  # noqa: PLR2004
    return kind(f"The mail server answered {code}: {say(said)}")
