"""How sending goes, on the admin's front page: a sentence, some counts, and a small chart drawn here as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.backends import brands_for
from notifications.public import Hour, Sending, measure_sending
from notifications.rules import Channel

# What is due goes out within seconds; somebody should look when it has waited this long.
LATE: Final = timedelta(minutes=2)
_STEP, _WIDTH, _HEIGHT = 14, 10, 48
# What went wrong is seen, however little it is beside what went well.
_LEAST = 3.0


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    title: str
    parts: list[Part]


def sending_panel(request: HttpRequest) -> dict[str, Any] | None:
    """What the front page says of sending in the brands whose messages the viewer may see; None without any."""
    permission = "notifications.view_message"
    if not request.user.has_perm(permission):
        return None
    now = timezone.now()
    sending = measure_sending(brands=brands_for(request.user, permission), now=now)
    log = reverse("admin:notifications_message_changelist")
    return {
        "mood": _mood(sending, now=now),
        "headline": _headline(sending, now=now),
        "hints": _hints(sending, now=now),
        "oldest": sending.oldest_due_at if _is_late(sending, now=now) else None,
        "counts": [
            (sending.sent, "sent in 24 h", f"{log}?state__exact=sent"),
            (sending.planned, "planned for the next 24 h", f"{log}?state__exact=planned&waiting=later"),
            (sending.due, "due now", f"{log}?waiting=due"),
            (sending.failed, "waiting for another try", f"{log}?state__exact=failed"),
            (sending.dead, "given up in 24 h", f"{log}?state__exact=dead"),
        ],
        "bars": bars(sending.hours),
        "width": _STEP * len(sending.hours),
        "height": _HEIGHT,
    }


def bars(hours: Sequence[Hour]) -> list[Bar]:
    """A bar for each hour, its parts from the bottom up. The highest fills the chart."""
    most = max((hour.sent + hour.failed + hour.dead for hour in hours), default=0)
    return [Bar(index * _STEP + 2, _title(hour), _parts(hour, most=most)) for index, hour in enumerate(hours)]


def _parts(hour: Hour, *, most: int) -> list[Part]:
    parts: list[Part] = []
    top = float(_HEIGHT)
    for kind, count in (("dead", hour.dead), ("failed", hour.failed), ("sent", hour.sent)):
        if not count:
            continue
        height = min(max(_HEIGHT * count / most, _LEAST), top)
        top -= height
        parts.append(Part(kind, round(top, 1), round(height, 1)))
    return parts


def _title(hour: Hour) -> str:
    counts = ((hour.sent, "sent"), (hour.failed, "waiting for another try"), (hour.dead, "given up"))
    said = ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing"
    return f"{timezone.localtime(hour.start):%H:%M}: {said}"


def _is_late(sending: Sending, *, now: datetime) -> bool:
    return sending.oldest_due_at is not None and now - sending.oldest_due_at > LATE


def _mood(sending: Sending, *, now: datetime) -> str:
    if sending.dead:
        return "trouble"
    return "late" if sending.failed or sending.paused or _is_late(sending, now=now) else "calm"


def _headline(sending: Sending, *, now: datetime) -> str:
    if sending.dead:
        return f"{sending.dead} message{'s were' if sending.dead > 1 else ' was'} given up in the last 24 hours."
    if _is_late(sending, now=now):
        return "Messages wait to be sent."
    if sending.failed or sending.paused:
        return "Some messages could not be sent yet."
    return "Messages go out as they should." if sending.sent else "No message had to be sent in the last 24 hours."


def _hints(sending: Sending, *, now: datetime) -> list[str]:
    hints = [
        f"{Channel(channel).label}: the server can't be reached; tried again in {seconds} s. Check its settings."
        for channel, seconds in sending.paused.items()
    ]
    if _is_late(sending, now=now) and not sending.paused:
        hints.append("If their number does not fall, no worker is running: tell whoever operates the platform.")
    if sending.failed and not sending.paused:
        hints.append("What waits for another try is tried by itself.")
    if sending.dead:
        hints.append("See in the log why, mend the cause, then select them and choose “Retry what did not arrive”.")
    return hints
