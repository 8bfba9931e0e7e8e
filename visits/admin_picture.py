"""The picture of slots that would be opened: a row per day, a bar per slot."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from visits.rules.openings import LeftOut, PlannedSlot, SlotsWanted

OPENS: Final = "opens"
_KINDS: Final = {
    None: OPENS,
    LeftOut.OVERLAP: "open",
    LeftOut.BUSY: "busy",
    LeftOut.CLOSED: "closed",
    LeftOut.DAY_OFF: "closed",
    LeftOut.PAST: "past",
    LeftOut.TOO_FAR: "past",
}
_LEGEND: Final = {
    OPENS: "will open",
    "open": "open already",
    "busy": "busy elsewhere",
    "closed": "closed, or a day off",
    "past": "past, or too far ahead",
}
# In the units of the picture.
WIDTH: Final = 1000
_LEFT: Final = 88
_PLOT: Final = 790
_TOP: Final = 22
_ROW: Final = 24
_WEEK: Final = 10
_FITS_A_TIME: Final = 34
_MANY_HOURS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    x: int
    width: int
    kind: str
    title: str
    # Its start, where there is room.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    y: int
    label: str
    note: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    height: int
    hours: Sequence[tuple[int, str]]
    rows: Sequence[Row]
    # Kind, words, how many.
    legend: Sequence[tuple[str, str, int]]
    opens: int
    left_out: int
    width: int = WIDTH


def picture(planned: Sequence[PlannedSlot], *, wanted: SlotsWanted, zone: ZoneInfo) -> Picture:
    """What `planned_slots` says, on the provider's clock."""
    by_day: dict[date, list[PlannedSlot]] = defaultdict(list, {day: [] for day in wanted.days})
    for one in planned:
        by_day[one.period.start.astimezone(zone).date()].append(one)
    starts = [_minute(one, zone) for one in planned]
    first = min(starts, default=0) // 60
    last = -(-(max(starts, default=0) + wanted.minutes) // 60)
    counts = Counter(_KINDS[one.left_out] for one in planned)
    rows: list[Row] = []
    y = _TOP
    for day in sorted(by_day):
        if rows and day.isoweekday() == 1:
            y += _WEEK
        rows.append(_row(day, by_day[day], y=y, minutes=wanted.minutes, hours=(first, last), zone=zone))
        y += _ROW
    return Picture(
        height=y + 4,
        hours=[
            (_x(hour * 60, (first, last)), f"{hour % 24:02}:00")
            for hour in range(first, last + 1, 2 if last - first > _MANY_HOURS else 1)
        ],
        rows=rows,
        legend=[(kind, words, counts[kind]) for kind, words in _LEGEND.items() if counts[kind]],
        opens=counts[OPENS],
        left_out=len(planned) - counts[OPENS],
    )


def _row(
    day: date, planned: Sequence[PlannedSlot], *, y: int, minutes: int, hours: tuple[int, int], zone: ZoneInfo
) -> Row:
    bars = []
    for one in planned:
        at = _minute(one, zone)
        x = _x(at, hours)
        width = max(_x(at + minutes, hours) - x - 1, 1)
        time = f"{at // 60:02}:{at % 60:02}"
        said = one.left_out.label if one.left_out else "It will be opened."
        bars.append(
            Bar(
                x=x,
                width=width,
                kind=_KINDS[one.left_out],
                title=f"{time}–{one.period.end.astimezone(zone):%H:%M}: {said}",
                text=time if width >= _FITS_A_TIME else "",
            )
        )
    return Row(y=y, label=f"{day:%a} {day.day} {day:%b}", note=_note(planned), bars=bars)


def _note(planned: Sequence[PlannedSlot]) -> str:
    if not planned:
        return "No working hours"
    reasons = Counter(one.left_out for one in planned if one.left_out)
    opens = len(planned) - reasons.total()
    if opens:
        return f"{opens} of {len(planned)}" if reasons else f"all {opens}"
    ((reason, _count),) = reasons.most_common(1)
    return {LeftOut.CLOSED: "closed", LeftOut.DAY_OFF: "day off"}.get(reason, _LEGEND[_KINDS[reason]])


def _minute(one: PlannedSlot, zone: ZoneInfo) -> int:
    local = one.period.start.astimezone(zone)
    return local.hour * 60 + local.minute


def _x(minute: int, hours: tuple[int, int]) -> int:
    first, last = hours
    return _LEFT + (minute - first * 60) * _PLOT // max((last - first) * 60, 1)
