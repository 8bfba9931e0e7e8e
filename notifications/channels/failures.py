"""What a provider's refusal means, in words that hold none of the account's secrets."""

import base64
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import quote, quote_plus

from notifications.channels.errors import (
    PermanentFailureError,
    SendingError,
    TransientFailureError,
    UnreachableError,
)

_LONGEST = 200
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_OURS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN}


def by_status(label: str, status: int, said: str) -> SendingError:
    """What an HTTP status other than success means for the message."""
    if status in _OURS:
        # Whatever the message: the next one would be refused as well.
        return UnreachableError(f"{label} refuses the account ({status}): {said}. Look at it under Channels.")
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.BAD_REQUEST:
        return TransientFailureError(f"{label} answered {status}: {said}")
    return PermanentFailureError(f"{label} answered {status}: {said}")


def redacted(text: str, secrets: Iterable[str]) -> str:
    """One short line without the secrets, however they are written in it."""
    for form in sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True):
        text = text.replace(form, "…")
    text = " ".join(storable(text).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def storable(text: str) -> str:
    """What Postgres takes of somebody else's words: no NUL and no half of a surrogate pair, which JSON may name."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _forms(secret: str) -> set[str]:
    if not secret:
        return set()
    encoded = base64.b64encode(secret.encode()).decode()
    forms = {secret, quote(secret, safe=""), quote_plus(secret), encoded, repr(secret)[1:-1]}
    return {form for form in forms if form}
