"""Who was erased, outside the database: after a restore they are erased again (`manage.py replay_erasures`)."""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from tenants.context import current_schema
from tenants.errors import DomainError, Kind


class ErasureLogError(DomainError):
    code = "erasure_log_unavailable"
    kind = Kind.UNAVAILABLE
    message = "That somebody is erased can't be written down now, so nobody was erased. Try again."


@dataclass(frozen=True, slots=True)
class Tombstone:
    schema: str
    person_id: UUID
    at: datetime


def write_tombstone(*, person_id: UUID, at: datetime) -> None:
    """Appends one line, which is on the disk when this returns. Raises ErasureLogError.

    Before the commit: one too many erases somebody again who asked for it, one too few would forget them.
    """
    line = {"tenant": current_schema(), "person": str(person_id), "at": at.isoformat()}
    path = Path(settings.ERASURE_LOG)
    try:
        is_new = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # A line that was cut off by a full disk must not swallow this one.
            os.write(descriptor, f"{_end_of_last(path)}{json.dumps(line)}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(path.parent)
    except OSError as error:
        raise ErasureLogError from error


def read_tombstones(path: Path) -> Iterator[Tombstone]:
    """All lines, oldest first; what was cut off is passed over. Raises OSError."""
    with path.open(encoding="utf-8") as lines:
        for text in lines:
            try:
                line = json.loads(text)
                yield Tombstone(line["tenant"], UUID(line["person"]), datetime.fromisoformat(line["at"]))
            except (ValueError, KeyError, TypeError):
                continue


def _end_of_last(path: Path) -> str:
    with path.open("rb") as found:
        if found.seek(0, os.SEEK_END) == 0:
            return ""
        found.seek(-1, os.SEEK_END)
        return "" if found.read(1) == b"\n" else "\n"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
