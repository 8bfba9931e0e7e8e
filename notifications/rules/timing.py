"""When a message is due, and until when it is of use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from notifications.rules.events import Event
from notifications.rules.messages import Why
from notifications.rules.quiet_hours import QuietHours

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Timing:
    """`wanted_at` is what the rule says, `due_at` what the reader's quiet hours make of it.

    `why` is not empty where the message is of no use already: it is planned as expired, so that staff sees it.
    """

    wanted_at: datetime
    due_at: datetime
    expires_at: datetime
    why: Why = Why.NONE


def timing(
    *,
    event: Event,
    offset_minutes: int | None,
    lateness_minutes: int,
    quiet: QuietHours | None,
    where: ZoneInfo,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Timing:
    """The timing of a message to a reader whose clocks are those of `where`.

    Minutes before a start and after an end are real minutes, whatever the clocks do meanwhile. What falls into quiet
    hours waits for their end; a reminder that would then come after the start goes out a minute before they begin.
    """
    offset = timedelta(minutes=offset_minutes or 0)
    wanted = {Event.BEFORE_START: starts_at - offset, Event.AFTER_END: ends_at + offset}.get(event, now)
    due, why = wanted, Why.NONE
    night = quiet.around(wanted, where) if quiet else None
    if night:
        due = night.end
        if event is Event.BEFORE_START and due >= starts_at:
            due = night.start - _MINUTE
    if event.is_timed and due < now:
        why = Why.QUIET_HOURS if wanted >= now else Why.TIME_PASSED
    expires = expiry(event=event, due_at=due, lateness_minutes=lateness_minutes, starts_at=starts_at)
    return Timing(wanted, due, max(expires, now), why)


def expiry(*, event: Event, due_at: datetime, lateness_minutes: int, starts_at: datetime) -> datetime:
    """Until when a message that is due then is of use: a reminder never after the start."""
    expires = due_at + timedelta(minutes=lateness_minutes)
    return min(expires, starts_at) if event is Event.BEFORE_START else expires
