"""Where words of somebody may be: tables, mails, Valkey, what was logged. Plain, in bytes, or as base64."""

import binascii
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from logging import LogRecord
from pathlib import Path
from typing import Any, Final

from django.db import connection
from redis import Redis

_HEX: Final = re.compile(rb"(?:[0-9a-f]{2}){6,}", re.IGNORECASE)
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")


def _readings(said: bytes) -> Iterator[bytes]:
    """What it may mean: as it is, and what is written inside it in hex or in base64, wherever that begins."""
    yield said
    for found in _HEX.findall(said):
        yield binascii.unhexlify(found)
    for found in _BASE64.findall(said):
        for begin in range(4):
            text = found[begin:].translate(_URL_SAFE)
            yield binascii.a2b_base64(text[: len(text) // 4 * 4])
            # The last bytes, where no padding follows.
            yield binascii.a2b_base64(text + b"=" * (-len(text) % 4)) if len(text) % 4 > 1 else b""


def holds(said: object, *words: str) -> bool:
    """Whether one of the words occurs in it, in whatever case."""
    text = said if isinstance(said, bytes) else str(said).encode()
    wanted = [word.lower().encode() for word in words]
    return any(word in reading.lower() for reading in _readings(text) for word in wanted)


def traces(*words: str) -> list[str]:
    """The tables of the current schema in which one of the words occurs, with an example."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
            held = [row for (row,) in cursor.fetchall() if holds(row, *words)]
            if held:
                found.append(f"{table}: {held[0]}")
    return found


def mails_with(folder: Path, *words: str) -> list[str]:
    """The stored mails in which one of the words occurs, however they are encoded."""
    found = []
    for path in folder.glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        texts = [str(value) for value in mail.values()]
        texts += [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        if any(holds(text, *words) for text in texts):
            found.append(path.name)
    return found


def in_valkey(url: str, *words: str) -> list[str]:
    """The keys of which the name or the value holds one of the words."""
    with Redis.from_url(url) as valkey:
        return [
            key.decode()
            for key in valkey.scan_iter()
            if holds(key, *words) or any(holds(value, *words) for value in _values(valkey, key))
        ]


def _values(valkey: Any, key: bytes) -> list[object]:
    """All that is stored there, as it was stored: DUMP packs what is longer than 20 bytes."""
    kind = valkey.type(key).decode()
    match kind:
        case "string":
            return [valkey.get(key)]
        case "list":
            return list(valkey.lrange(key, 0, -1))
        case "set":
            return list(valkey.smembers(key))
        case "zset":
            return list(valkey.zrange(key, 0, -1))
        case "hash":
            return [part for pair in valkey.hgetall(key).items() for part in pair]
        case "none":  # expired meanwhile
            return []
    raise AssertionError(f"{key!r} is a {kind}, of which nobody here knows how to read it")


def in_log(records: Iterable[LogRecord], *words: str) -> list[str]:
    """The records of which the message, or what they carry besides, holds one of the words."""
    return [record.getMessage() for record in records if holds([record.getMessage(), vars(record)], *words)]
