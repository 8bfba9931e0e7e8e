"""What should be sent, said as plainly as possible, and a stand-in for everything around the notifications.

The model knows bookings, rules and times. It knows no rows, states, versions of rules, leases' columns or SQL: what it
expects of a worker's turn follows from what users were promised (docs/notifications.md).
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
TIMED = {"before_start", "after_end"}
# A reader, or None for a fixed address.
Reader = UUID | None


@dataclass
class Booking:
    id: UUID
    client: UUID
    coach: UUID
    starts_at: datetime
    ends_at: datetime
    status: str = "booked"
    # How often time, staff or status have changed.
    version: int = 0

    def wants(self, event: str) -> bool:
        """Whether a message that is a matter of time would be true."""
        return self.status == "booked" or (self.status == "completed" and event == "after_end")


@dataclass(frozen=True)
class Says:
    """What a rule says."""

    event: str
    audience: str
    minutes: int = 0
    lateness: int = 60
    quiet: tuple[time, time] | None = None
    is_on: bool = True


# Which message: of this rule, about this booking, to this reader.
Which = tuple[int, UUID, Reader]


@dataclass(frozen=True)
class Wanted:
    """A message that is to be sent, at `due`, until `expires`. `at` is what the rule says without quiet hours."""

    event: str
    version: int
    at: datetime
    due: datetime
    expires: datetime


@dataclass
class Model:
    zones: dict[Reader, ZoneInfo]
    bookings: dict[UUID, Booking] = field(default_factory=dict)
    rules: dict[int, Says] = field(default_factory=dict)
    waiting: dict[Which, Wanted] = field(default_factory=dict)
    # Of which versions, and for which times, somebody has been told.
    told: dict[Which, list[Wanted]] = field(default_factory=dict)
    # The versions of which nothing comes any more: refused for good, or too late for what the rule said then.
    refused: set[tuple[Which, int]] = field(default_factory=set)
    late: dict[tuple[Which, int], Says] = field(default_factory=dict)
    tries: dict[tuple[Which, int], int] = field(default_factory=dict)
    born: dict[tuple[Which, int], datetime] = field(default_factory=dict)
    # Left behind by a worker that died: nobody touches them until then.
    leases: dict[tuple[Which, int], datetime] = field(default_factory=dict)
    # When each rule last changed, and what was left behind then.
    changed_at: dict[int, datetime] = field(default_factory=dict)
    stale: set[tuple[Which, int]] = field(default_factory=set)
    # What waited before its rule was changed, until a worker looks: off and on again in between is no change.
    before: dict[Which, Wanted] = field(default_factory=dict)

    def happens(self, event: str, booking: Booking, *, now: datetime) -> None:
        """Something happened to a booking: the news is wanted, and what was said of it before isn't any more."""
        self._forget([w for w in self.waiting if w[1] == booking.id])
        self.before = {w: wanted for w, wanted in self.before.items() if w[1] != booking.id}
        for number, says in self.rules.items():
            if says.is_on and (says.event == event or (says.event in TIMED and booking.wants(says.event))):
                self._want(number, booking, now=now, is_news=True)

    def says(self, number: int, says: Says, *, now: datetime) -> None:
        """A rule is made or changed. What isn't sent yet follows it; a rule of time also speaks of what is booked."""
        is_new = number not in self.rules
        self.rules[number], self.changed_at[number] = says, now
        was = {w: wanted for w, wanted in self.waiting.items() if w[0] == number}
        held = {w for w, wanted in was.items() if (w, wanted.version) in self.leases}
        self.stale |= {(w, was[w].version) for w in held}
        self._forget([w for w in was if w not in held])
        self.before = {w: wanted for w, wanted in was.items() if w not in held} | self.before
        was |= {w: wanted for w, wanted in self.before.items() if w[0] == number}
        if not says.is_on or (is_new and says.event not in TIMED):
            return
        if says.event in TIMED:
            about = {booking.id for booking in self.bookings.values() if booking.wants(says.event)}
        else:
            about = {w[1] for w in was if w not in held}
        for id_ in about:
            self._want(number, self.bookings[id_], now=now, was=was)

    def lease(self, which: Which, version: int, *, until: datetime) -> None:
        """A worker died with this one in its hands."""
        self.leases[which, version] = until
        self.tries[which, version] = self.tries.get((which, version), 0) + 1

    def worker_looks(self, *, now: datetime) -> None:
        """Leases end; what is useless by now is given up, what comes at night waits for the morning."""
        self.before.clear()
        for (which, version), until in list(self.leases.items()):
            if until < now:
                del self.leases[which, version]
                if (which, version) in self.stale:
                    self.stale.remove((which, version))
                    self._follow(which, version)
        for which, wanted in list(self.waiting.items()):
            if not self._is_free(which, wanted, now=now):
                continue
            night = self._night(which, now)
            if wanted.expires <= now or (night and night[1] >= wanted.expires):
                self.late[which, wanted.version] = self.rules[which[0]]
                self._forget([which])
            elif night:
                self.waiting[which] = replace(wanted, due=night[1])

    def due(self, *, now: datetime) -> set[Which]:
        """What is to be sent now."""
        return {
            which
            for which, wanted in self.waiting.items()
            if self._is_free(which, wanted, now=now) and wanted.expires > now and not self._night(which, now)
        }

    def outcome(self, which: Which, wanted: Wanted, how: str, *, now: datetime) -> None:
        """How sending went. The booking may have changed meanwhile: then what was in flight was the last of it."""
        tries = self.tries[which, wanted.version] = self.tries.get((which, wanted.version), 0) + 1
        still = self.waiting.get(which) == wanted
        if still:
            self._forget([which])
        if how == "sent":
            self.told.setdefault(which, []).append(wanted)
        elif how == "refused":
            self.refused.add((which, wanted.version))
        elif still:
            self.waiting[which] = replace(
                wanted, due=now + min(timedelta(seconds=10) * 2 ** (tries - 1), timedelta(hours=1))
            )

    def _want(
        self,
        number: int,
        booking: Booking,
        *,
        now: datetime,
        was: dict[Which, Wanted] | None = None,
        is_news: bool = False,
        only_missing: bool = False,
    ) -> None:
        says = self.rules[number]
        readers: dict[str, list[Reader]] = {
            "client": [booking.client],
            "staff": [booking.coach],
            "both": [booking.client, booking.coach],
            "address": [None],
        }
        for reader in readers[says.audience]:
            which = (number, booking.id, reader)
            this = (which, booking.version)
            if (only_missing and which in self.waiting) or this in self.leases or this in self.refused:
                continue
            wanted, is_late = self._wanted(says, booking, self.zones[reader], now=now)
            if any(told.version == wanted.version or told.at == wanted.at for told in self.told.get(which, [])):
                continue
            if this in self.late and (says.event not in TIMED or self.late[this] is says):
                continue
            before = (was or {}).get(which)
            if not is_late:
                self.late.pop(this, None)
                self.born.setdefault(this, now)
                self.waiting[which] = wanted
            elif before and before.at == wanted.at:
                # It is late already, and not for its reader's fault: it goes on waiting.
                self.waiting[which] = replace(before, expires=max(wanted.expires, now))
            elif is_news:
                self.born.setdefault(this, now)
                self.late[this] = says

    def _wanted(self, says: Says, booking: Booking, zone: ZoneInfo, *, now: datetime) -> tuple[Wanted, bool]:
        at = now
        if says.event == "before_start":
            at = booking.starts_at - says.minutes * MINUTE
        elif says.event == "after_end":
            at = booking.ends_at + says.minutes * MINUTE
        due = at
        night = night_around(at, says.quiet, zone)
        if night:
            due = night[1]
            if says.event == "before_start" and due >= booking.starts_at:
                due = night[0] - MINUTE
        expires = due + says.lateness * MINUTE
        if says.event == "before_start":
            expires = min(expires, booking.starts_at)
        return Wanted(says.event, booking.version, at, due, expires), says.event in TIMED and due < now

    def _follow(self, which: Which, version: int) -> None:
        """What a dead worker had in its hands while the rule changed follows the rule as it is now."""
        number, booking = which[0], self.bookings[which[1]]
        wanted = self.waiting.get(which)
        if wanted is None or wanted.version != version:
            return
        self._forget([which])
        if self.rules[number].is_on and self._still_true(number, booking):
            changed_at = self.changed_at[number]
            self._want(number, booking, now=changed_at, was={which: wanted}, only_missing=True)

    def _still_true(self, number: int, booking: Booking) -> bool:
        says = self.rules[number]
        return says.event not in TIMED or booking.wants(says.event)

    def _is_free(self, which: Which, wanted: Wanted, *, now: datetime) -> bool:
        """Due, in nobody's hands, and nothing earlier about the same booking is on its way to the same person."""
        if wanted.due > now or (which, wanted.version) in self.leases:
            return False
        born = self.born[which, wanted.version]
        return which[2] is None or not any(
            other[1:] == which[1:] and self.born[other, version] < born for other, version in self.leases
        )

    def _night(self, which: Which, now: datetime) -> tuple[datetime, datetime] | None:
        return night_around(now, self.rules[which[0]].quiet, self.zones[which[2]])

    def _forget(self, unwanted: list[Which]) -> None:
        for which in unwanted:
            del self.waiting[which]


def night_around(
    instant: datetime, quiet: tuple[time, time] | None, zone: ZoneInfo
) -> tuple[datetime, datetime] | None:
    """The quiet hours in which an instant lies, found by looking at the clock minute by minute: no arithmetic that
    could be wrong in the same way on a night of a clock change."""
    if quiet is None:
        return None
    today = instant.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        starts = first_minute(day, quiet[0], zone)
        ends = first_minute(day if quiet[1] > quiet[0] else day + timedelta(days=1), quiet[1], zone)
        if starts <= instant < ends:
            return starts, ends
    return None


_found: dict[tuple[date, time, str], datetime] = {}


def first_minute(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first instant at which the clocks show `wall` on a day. Where they skip it, as much after the change as it
    would have been after the last minute before: 02:30 of a night without that hour is 03:30."""
    known = _found.get((day, wall, zone.key))
    if known:
        return known
    utc = ZoneInfo("UTC")
    at = datetime(day.year, day.month, day.day, tzinfo=utc) - timedelta(hours=15)
    shown = [at + number * MINUTE for number in range(40 * 60)]
    wanted = datetime.combine(day, wall)
    clocks = [moment.astimezone(zone).replace(tzinfo=None) for moment in shown]
    if wanted in clocks:
        found = shown[clocks.index(wanted)]
    else:
        last = max(index for index, clock in enumerate(clocks[: 35 * 60]) if clock < wanted and clock.date() <= day)
        found = shown[last] + (wanted - clocks[last])
    return _found.setdefault((day, wall, zone.key), found)
