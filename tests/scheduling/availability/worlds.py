"""Small worlds, drawn at random and stored: who works when, what is offered on which terms, what is taken and closed.

All is drawn as plain values, by which `model.py` says what is free; `World.stored` makes rows of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.scheduling.availability.model import DAY, MINUTE
from tests.scheduling.availability.transitions import transitions

_STEADY = [(name, datetime(2026, 11, 23, tzinfo=UTC)) for name in ("UTC", "Asia/Kolkata", "America/New_York")]
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")

Window = tuple[set[int], time, time]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Something that has time of a resource, so many minutes after the beginning of the world."""

    starts: datetime
    ends: datetime
    # "other", "of the service", "held", "expired", "released", "overbooked"
    what: str


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A resource: a staff member or a room."""

    zone: str
    pieces: Sequence[Piece]
    closed: Sequence[tuple[date, date]] = ()
    weekly: Sequence[Window] = ()
    exceptions: dict[date, Sequence[tuple[time, time]]] = field(default_factory=dict)
    # When its slots begin; each lasts as long as the world's.
    slots: Sequence[datetime] = ()


@dataclass(frozen=True, kw_only=True)
class World:
    kind: str  # "hours", "slots" or "office hour"
    staff: Sequence[Thing]
    rooms: Sequence[Thing]
    # Of each need the numbers of its rooms.
    needs: Sequence[Sequence[int]]
    service_hours: Sequence[Window]
    service_zone: str
    length: int
    step: int
    before: int
    after: int
    notice: int
    horizon: int
    per_day: int | None
    per_staff: int | None
    closed: Sequence[tuple[date, date]]
    now: datetime
    start: datetime
    end: datetime

    @property
    def zones(self) -> list[ZoneInfo]:
        return [ZoneInfo(one.zone) for one in self.staff]


_WALLS = st.sampled_from([time(hour, minute) for hour in range(24) for minute in (0, 0, 30, 47)])
_WINDOWS = st.tuples(st.sets(st.integers(1, 7), min_size=5), _WALLS, _WALLS)
_SECONDS = st.sampled_from([0, 0, 0, 30])
_KINDS = ["other", "of the service", "held", "expired", "released", "overbooked"]


def _pieces(begin: datetime, kinds: Sequence[str]) -> st.SearchStrategy[list[Piece]]:
    drawn = st.tuples(
        st.sampled_from(range(0, 60 * 60, 15)), st.sampled_from([10, 60, 240, 600]), _SECONDS, st.sampled_from(kinds)
    )

    def piece(one: tuple[int, int, int, str]) -> Piece:
        starts = begin + one[0] * MINUTE + timedelta(seconds=one[2])
        return Piece(starts=starts, ends=starts + one[1] * MINUTE, what=one[3])

    return st.lists(drawn.map(piece), min_size=2, max_size=8)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    home, day = draw(st.sampled_from(_STEADY) | st.deferred(lambda: st.sampled_from(transitions())))
    begin = day - DAY
    kind = draw(st.sampled_from(["hours", "office hour", "slots"]))
    dates = st.sampled_from([begin.date() + timedelta(days=number) for number in range(-1, 4)])
    # Few days are closed: the rest would not show.
    closures: st.SearchStrategy[list[tuple[date, date]]] = st.sampled_from([None, None, 0, 1, 2]).map(
        lambda number: [] if number is None else [(begin.date() + number * DAY, begin.date() + number * DAY)]
    )
    # Many are in the zone whose clock changes.
    zones = st.just(home) | st.sampled_from(_ZONES)
    length = draw(st.sampled_from([5, 15, 30, 50, 95]))
    slots = st.lists(st.sampled_from(range(0, 60 * 60, length)), min_size=1, max_size=12, unique=True)

    def thing(*, of_staff: bool) -> Thing:
        return Thing(
            zone=draw(zones),
            pieces=draw(_pieces(begin, _KINDS if of_staff else _KINDS[2:] + _KINDS[:1])),
            closed=draw(closures),
            weekly=draw(st.lists(_WINDOWS, min_size=1, max_size=2)) if of_staff else (),
            exceptions=draw(
                st.dictionaries(dates, st.lists(st.tuples(_WALLS, _WALLS), max_size=1), max_size=1)
                if of_staff
                else st.just({})
            ),
            slots=[begin + at * MINUTE for at in draw(slots)] if of_staff and kind == "slots" else (),
        )

    staff = [thing(of_staff=True) for _ in range(1 if kind == "office hour" else draw(st.integers(1, 3)))]
    rooms = [] if kind == "office hour" else [thing(of_staff=False) for _ in range(draw(st.sampled_from([0, 0, 1, 3])))]
    has_terms = kind != "office hour"
    return World(
        kind=kind,
        staff=staff,
        rooms=rooms,
        needs=draw(
            st.lists(st.lists(st.sampled_from(range(len(rooms))), min_size=1, unique=True), min_size=1, max_size=2)
            if rooms
            else st.just([])
        ),
        service_hours=draw(st.just([]) | st.lists(_WINDOWS, min_size=1, max_size=2)) if kind == "hours" else [],
        service_zone=draw(zones),
        length=length,
        step=length if kind == "office hour" else draw(st.sampled_from([5, 15, 20, 45, 95])),
        before=draw(st.sampled_from([0, 5, 30])) if has_terms else 0,
        after=draw(st.sampled_from([0, 10, 45])) if has_terms else 0,
        notice=draw(st.sampled_from([0, 0, 30, 600])),
        horizon=draw(st.sampled_from([1, 2, 60, 60])),
        per_day=draw(st.none() | st.integers(1, 4)) if has_terms else None,
        per_staff=draw(st.none() | st.integers(1, 3)) if has_terms else None,
        closed=draw(st.just([]) | closures),
        # On a minute of the grid too: what starts now is past.
        now=begin
        + draw(st.sampled_from([-600, 0, 300])) * MINUTE
        + draw(st.sampled_from([0, 30])) * timedelta(seconds=1),
        start=begin,
        end=begin + draw(st.sampled_from([36, 60])) * timedelta(hours=1),
    )
