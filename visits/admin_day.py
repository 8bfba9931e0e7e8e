"""The picture of a day, drawn as SVG: a lane for each provider, in it a bar for each visit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from visits.models import Visit

_HOUR: Final = timedelta(hours=1)
# What is shown at least, so that one day looks like the other.
_FROM, _UNTIL = time(8), time(18)
# Above this many hours only each second one is written down.
_CROWDED: Final = 12
_LEFT, _WIDTH, _TOP, _LANE, _BAR = 150, 1000, 24, 38, 28
_LEAST: Final = 4.0
# Of a letter in a bar, about, and beside the text.
_LETTER, _PADDING = 7.2, 10
# Between one bar and the next.
_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Hour:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    visit_id: UUID
    status: str
    x: float
    width: float
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    y: int
    name: str
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Picture:
    height: int
    hours: list[Hour]
    lanes: list[Lane]
    # Where the present is, unless it is on another day or outside of the hours that are shown.
    now: float | None
    left: int = _LEFT
    width: int = _WIDTH
    top: int = _TOP
    bar: int = _BAR


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar of a zone: 23 to 25 hours from `start`, up to but not at `end`."""

    on: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return self._at(self.on, time())

    @property
    def end(self) -> datetime:
        return self._at(self.on + timedelta(days=1), time())

    def at(self, clock: time) -> datetime:
        return self._at(self.on, clock)

    def has(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def written(self, moment: datetime) -> str:
        """A time of the zone's clocks."""
        return f"{moment.astimezone(self.zone):%H:%M}"

    def _at(self, day: date, clock: time) -> datetime:
        # In UTC, in which the difference of two moments is what passes between them.
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def picture(visits: Sequence[Visit], day: Day, *, now: datetime) -> Picture:
    """Of these visits, each with its client, provider and service: those of `day`, or what of them is on it."""
    opens = _full_hour(max(day.start, min([day.at(_FROM), *(visit.starts_at for visit in visits)])), day)
    closes = min(day.end, max([day.at(_UNTIL), *(visit.ends_at for visit in visits)]))
    closes = min(day.end, _full_hour(closes + _HOUR - timedelta(microseconds=1), day))

    def x(moment: datetime) -> float:
        return round(_LEFT + (moment - opens) / (closes - opens) * (_WIDTH - _LEFT), 1)

    def bar(visit: Visit) -> Bar:
        left, right = x(max(visit.starts_at, opens)), x(min(visit.ends_at, closes))
        times = f"{day.written(visit.starts_at)}–{day.written(visit.ends_at)}"
        client, what = visit.client.person.name, visit.service.name
        title = f"{times} {client}, {what}: {visit.get_status_display().lower()}"
        width = max(round(right - left - _GAP, 1), _LEAST)
        return Bar(visit.pk, visit.status, left, width, _fitting(client, width), title)

    by_name = sorted({(visit.provider.person.name, visit.provider_id) for visit in visits})
    lanes = [
        Lane(_TOP + number * _LANE, name, [bar(visit) for visit in visits if visit.provider_id == provider])
        for number, (name, provider) in enumerate(by_name)
    ]
    return Picture(
        height=_TOP + len(lanes) * _LANE,
        hours=list(_hours(opens, closes, day, x)),
        lanes=lanes,
        now=x(now) if opens <= now < closes else None,
    )


def _fitting(name: str, width: float) -> str:
    """Of a name what has room: all of it, the first word, the initials, or nothing."""
    words = name.split()
    shorter = (name, *words[:1], "".join(word[0] for word in words))
    return next((text for text in shorter if len(text) * _LETTER + _PADDING <= width), "")


def _hours(opens: datetime, closes: datetime, day: Day, x: Callable[[datetime], float]) -> Iterator[Hour]:
    many = (closes - opens) / _HOUR > _CROWDED
    moment, number = opens, 0
    while moment < closes:
        yield Hour(x(moment), "" if many and number % 2 else day.written(moment))
        moment, number = moment + _HOUR, number + 1


def _full_hour(moment: datetime, day: Day) -> datetime:
    """The full hour of the zone's clocks before a moment, or at it."""
    local = moment.astimezone(day.zone)
    return moment - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
