"""What a provider's refusal means, in words that hold none of the account's secrets."""

import base64
import html
import json
import re
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import Final

from notifications.channels.errors import (
    PermanentFailureError,
    SendingError,
    TransientFailureError,
    UnreachableError,
)

_LONGEST = 200
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{4,}")
# Of base64: what is shorter is in many a word.
_TELLING: Final = 4
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
    """One short line without the secrets, however they are written in it: as they are, escaped for a URL, JSON, Python
    or HTML, or inside of base64, such as `user:secret` of Basic authentication."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = _escaped(secret).sub("…", text)
        text = _BASE64.sub(partial(_without, _in_base64(secret.encode(errors="replace"))), text)
    text = " ".join(storable(text).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def storable(text: str) -> str:
    """What Postgres takes of somebody else's words: no NUL and no half of a surrogate pair, which JSON may name."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _escaped(secret: str) -> re.Pattern[str]:
    """The secret with each character as it is or escaped: who escapes some leaves others."""
    return re.compile("".join(_written(character) for character in secret), re.IGNORECASE)


def _written(character: str) -> str:
    ways = [character, f"\\{character}", repr(character)[1:-1], json.dumps(character)[1:-1], html.escape(character)]
    # Also escaped twice or more, which makes %25 of each %.
    percent = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode(errors="replace"))
    return "(?:{})".format("|".join([*map(re.escape, dict.fromkeys(ways)), percent, *[r"\+"] * (character == " ")]))


def _in_base64(secret: bytes) -> list[str]:
    """What is the same in base64 of anything that holds the secret, for each place where it may begin."""
    found = []
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + secret).decode()
        # Without the characters that depend on what stands before and after it.
        part = encoded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
        if len(part) >= _TELLING:
            found.append(part)
    return found


def _without(parts: list[str], token: re.Match[str]) -> str:
    usual = token[0].replace("-", "+").replace("_", "/")
    return "…" if any(part in usual for part in parts) else token[0]
