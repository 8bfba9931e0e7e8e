"""The mails that a machine without a mail server keeps as files (notifications/channels/email/eml_backend.py)."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings


def stored_mails() -> dict[UUID, list[Path]]:
    """The files by the keys with which their Message-IDs begin; none where mails leave through a server."""
    found: dict[UUID, list[Path]] = {}
    for path in Path(settings.EMAIL_FILE_PATH).glob("*.eml"):
        try:
            key = UUID(path.name.partition("@")[0])
        except ValueError:
            continue
        found.setdefault(key, []).append(path)
    return found


def remove_mails(keys: Iterable[UUID]) -> int:
    """Removes the files of these mails; answers how many."""
    stored = stored_mails()
    wanted = [path for key in set(keys) & set(stored) for path in stored[key]] if stored else []
    for path in wanted:
        path.unlink(missing_ok=True)
    return len(wanted)
