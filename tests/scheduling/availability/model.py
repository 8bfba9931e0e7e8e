"""What is free, said minute by minute: slow and obviously right. No sets of bits, no arithmetic on days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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

    def free(self) -> list[datetime]:
        return [start for start in self._offered() if self._is_free(start)]

    def _offered(self) -> list[datetime]:
        found = set()
        for opens, closes in self._openings():
            last = None
            at = opens
            while at + self.length * MINUTE <= closes:
                since_opening = _wall(at, self.zone) - _wall(opens, self.zone)
                spaced = last is None or at - last >= self.step * MINUTE
                if spaced and since_opening % (self.step * MINUTE) == timedelta(0):
                    found.add(at)
                    last = at
                at += MINUTE
        return sorted(at for at in found if self.start <= at < self.end)

    def _openings(self) -> Iterator[tuple[datetime, datetime]]:
        for opens, closes in self._windows(self._hours_on):
            if self.service is None:
                yield opens, closes
                continue
            for also, until in self._windows(self._service_on):
                if max(opens, also) < min(closes, until):
                    yield max(opens, also), min(closes, until)

    def _windows(self, hours_on: object) -> Iterator[tuple[datetime, datetime]]:
        day = self.start.astimezone(self.zone).date() - 3 * DAY
        while day <= self.end.astimezone(self.zone).date() + 3 * DAY:
            for starts, ends in hours_on(day):  # type: ignore[operator]
                opens = _instant(datetime.combine(day, starts), self.zone)
                closes = _instant(datetime.combine(day if ends > starts else day + DAY, ends), self.zone)
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

    def _is_free(self, start: datetime) -> bool:
        if start <= self.now or start < self.now + self.notice:
            return False
        if self.horizon is not None and start > self.now + self.horizon:
            return False
        day = start.astimezone(self.zone).date()
        if any(first <= day <= last for first, last in self.closed):
            return False
        begins, ends = start - self.before * MINUTE, start + (self.length + self.after) * MINUTE
        return not any(begins < until and since < ends for since, until in self.busy)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Of a wall time that occurs twice the first; one that is skipped moves forward by the gap."""
    first = wall.replace(tzinfo=zone, fold=0)
    return first.astimezone(UTC)
