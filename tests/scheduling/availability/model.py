"""What is free, said minute by minute: slow and obviously right. No sets of bits, no arithmetic on days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Question:
    zone: ZoneInfo
    # Weekday, start, end, first and last day on which they hold.
    weekly: Sequence[tuple[int, time, time, date | None, date | None]]
    exceptions: dict[date, Sequence[tuple[time, time]]]
    # Hours that cut those above.
    service: Sequence[tuple[int, time, time]] | None
    length: int
    step: int
    before: int
    after: int
    notice: timedelta
    horizon: timedelta | None
    closed: Sequence[tuple[date, date]]
    busy: Sequence[tuple[datetime, datetime]]
    now: datetime
    start: datetime
    end: datetime
    # In which the service's hours are meant, where that is another zone.
    service_zone: ZoneInfo | None = None
    # Instead of hours: each of these for `length` minutes.
    slots: Sequence[datetime] | None = None

    def free(self) -> list[datetime]:
        return [start for start in self.offered if self.refusal(start) is None]

    @cached_property
    def offered(self) -> list[datetime]:
        found = set()
        for opens, closes in self.openings:
            last = None
            at, wall = opens, _wall(opens, self.zone)
            while at + self.length * MINUTE <= closes:
                spaced = last is None or at - last >= self.step * MINUTE
                if spaced and (_wall(at, self.zone) - wall) % (self.step * MINUTE) == timedelta(0):
                    found.add(at)
                    last = at
                at += MINUTE
        return sorted(at for at in found if self.start <= at < self.end)

    def refusal(self, start: datetime, *, full: bool = False) -> str | None:
        """Why it is not free, as the engine calls it; `full` is whether its day is at a limit."""
        day = start.astimezone(self.zone).date()
        checks = {
            "outside_hours": not any(opens <= start < closes for opens, closes in self.openings),
            "off_grid": start not in self.offered,
            "past": start <= self.now,
            "too_soon": start < self.now + self.notice,
            "too_far": self.horizon is not None and start > self.now + self.horizon,
            "closed": any(first <= day <= last for first, last in self.closed),
            "limit_reached": full,
            "busy": self.meets(start, self.busy),
        }
        return next((reason for reason, holds in checks.items() if holds), None)

    def meets(self, start: datetime, busy: Sequence[tuple[datetime, datetime]]) -> bool:
        """Whether what begins at a start, with its buffers, meets one of these."""
        begins, ends = start - self.before * MINUTE, start + (self.length + self.after) * MINUTE
        return any(begins < until and since < ends for since, until in busy)

    @cached_property
    def openings(self) -> list[tuple[datetime, datetime]]:
        if self.slots is not None:
            return [(slot, slot + self.length * MINUTE) for slot in self.slots]
        windows = list(self._windows(self._hours_on, self.zone))
        if self.service is None:
            return windows
        bounds = list(self._windows(self._service_on, self.service_zone or self.zone))
        return [
            (max(opens, also), min(closes, until))
            for opens, closes in windows
            for also, until in bounds
            if max(opens, also) < min(closes, until)
        ]

    def _windows(self, hours_on: object, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        day = self.start.astimezone(zone).date() - 2 * DAY
        while day <= self.end.astimezone(zone).date() + DAY:
            for starts, ends in hours_on(day):  # type: ignore[operator]
                opens = _instant(datetime.combine(day, starts), zone)
                closes = _instant(datetime.combine(day if ends > starts else day + DAY, ends), zone)
                if opens < closes:
                    yield opens, closes
            day += DAY

    def _hours_on(self, day: date) -> Sequence[tuple[time, time]]:
        if day in self.exceptions:
            return self.exceptions[day]
        return [
            (starts, ends)
            for weekday, starts, ends, first, last in self.weekly
            if day.isoweekday() == weekday and (first is None or day >= first) and (last is None or day <= last)
        ]

    def _service_on(self, day: date) -> Sequence[tuple[time, time]]:
        return [(starts, ends) for weekday, starts, ends in self.service or [] if day.isoweekday() == weekday]


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Of a wall time that occurs twice the first; one that is skipped moves forward by the gap."""
    first = wall.replace(tzinfo=zone, fold=0)
    return first.astimezone(UTC)
