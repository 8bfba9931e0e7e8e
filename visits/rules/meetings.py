"""Who sees the link of a remote visit, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from visits.rules.statuses import Status

LONGEST_LINK: Final = 500
WHAT_IS_A_LINK: Final = "Write an address that begins with https:// and has no password in it."
# Afterwards nobody needs to get into the room.
_TO_BE_HELD: Final = {Status.SCHEDULED, Status.CHECKED_IN, Status.IN_PROGRESS}


class Sight(Enum):
    """What somebody gets to see of a link."""

    SEEN = "seen"
    NOT_YET = "not_yet"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When the patient sees the link: from `opens_at` on, up to but not at `closes_at`."""

    opens_at: datetime
    closes_at: datetime


def window(*, starts_at: datetime, ends_at: datetime, opens_before: timedelta) -> Window:
    return Window(opens_at=starts_at - opens_before, closes_at=ends_at)


def sight(status: Status, window: Window, *, now: datetime, as_staff: bool) -> Sight:
    """The patient within the window, the staff's side at any time; both only as long as the visit is to be held."""
    if status not in _TO_BE_HELD:
        return Sight.OVER
    if as_staff or window.opens_at <= now < window.closes_at:
        return Sight.SEEN
    return Sight.NOT_YET if now < window.opens_at else Sight.OVER


def is_link(text: str) -> bool:
    """Whether it is an https address that a browser opens: no name and password in it, no blanks, not too long."""
    if len(text) > LONGEST_LINK or not (text.isascii() and text.isprintable()) or any(c in ' "<>\\' for c in text):
        return False
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises ValueError where it is no number
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
