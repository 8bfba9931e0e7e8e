"""What an account at a provider is made of: which fields, which of them are secret, and what may stand in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from notifications.channels.addresses import ForbiddenAddressError, UnknownHostError, look_up

_HOST: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?\Z|[0-9A-Fa-f:.]+\Z")
LONGEST: Final = 500


class Kind(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    HOST = "host"  # of a server that the tenant names: guarded
    URL = "url"  # https://host[:port][/path] of such a server
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """`decides_where` is set for what says to which server the secrets go."""

    name: str
    label: str
    help: str = ""
    kind: Kind = Kind.TEXT
    is_secret: bool = False
    is_required: bool = True
    pattern: str = ""
    choices: Sequence[tuple[str, str]] = ()
    default: str = ""
    decides_where: bool = False


class WrongFieldsError(Exception):
    """Names every wrong field, and what is wrong with it. Never says what stood in it."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in wrong.items()))
        self.wrong = dict(wrong)


def checked(fields: Sequence[Field], given: Mapping[str, str]) -> dict[str, str]:
    """The values of an account's fields, trimmed, without the empty ones. Servers are looked up.

    Raises WrongFieldsError.
    """
    known = {field.name: field for field in fields}
    wrong = {name: "This provider has no such field." for name in given if name not in known}
    values: dict[str, str] = {}
    for name, field in known.items():
        value = (given.get(name) or "").strip() or field.default
        if problem := _problem(field, value):
            wrong[name] = problem
        elif value:
            values[name] = value
    wrong |= dict(_unreachable(known, values)) if not wrong else {}
    if wrong:
        raise WrongFieldsError(wrong)
    return values


def server_of(url: str) -> tuple[str, int]:
    """Host and port of a server's address that was checked."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 443


def _problem(field: Field, value: str) -> str:  # noqa: PLR0911 - a table
    if not value:
        return "This is needed." if field.is_required else ""
    if len(value) > LONGEST:
        return f"At most {LONGEST} characters."
    if not value.isprintable():
        return "No line breaks or other control characters."
    if field.choices and value not in dict(field.choices):
        return f"One of: {', '.join(key for key, _ in field.choices)}."
    if field.kind is Kind.HOST and not _HOST.match(value):
        return "The name of a server, such as smtp.example.com."
    if field.kind is Kind.URL and not _is_server(value):
        return "The https:// address of a server, such as https://push.example.com."
    if field.kind is Kind.PHONE and e164(value) is None:
        return "A phone number with its country code, such as +49 30 1234567."
    if field.kind is Kind.EMAIL and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", value):
        return "An e-mail address."
    if field.pattern and not re.fullmatch(field.pattern, value):
        return f"This does not look like the {field.label}. Is it all of it, and no more? {field.help}".strip()
    return ""


def _is_server(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.query or parts.fragment) and "@" not in parts.netloc
    return parts.scheme == "https" and plain and port != 0 and bool(_HOST.match(parts.hostname or ""))


def _unreachable(known: Mapping[str, Field], values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if known[name].kind not in {Kind.HOST, Kind.URL}:
            continue
        host, port = server_of(value) if known[name].kind is Kind.URL else (value, int(values.get("port", "443")))
        try:
            look_up(host, port)
        except (ForbiddenAddressError, UnknownHostError) as error:
            yield name, str(error)


def e164(text: str) -> str | None:
    """A phone number as providers want it, `+` and digits (ITU-T E.164); None for what lacks its country code."""
    number = re.sub(r"[\s()./-]", "", text)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    return number if re.fullmatch(r"\+[1-9][0-9]{6,14}", number, re.ASCII) else None
