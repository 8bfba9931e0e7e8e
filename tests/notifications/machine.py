"""Notifications as a state machine, next to the plain model of `world.py`.

Bookings are kept in memory and read by notifications through the seam that the domain apps use; rules, messages and
all that deals with them are real. Time is a number here, always before the real one: the database's clock is asked
through one function, which the machine replaces.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest import mock
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from notifications import subjects, tasks
from notifications.channels.errors import PermanentFailureError, TransientFailureError
from notifications.channels.outgoing import Outgoing, Text
from notifications.models import Message, Rule
from notifications.public import Event, Occasion, Source, Stage, SubjectFacts, announce
from notifications.selectors import Standing, standing_of
from notifications.services import replan
from notifications.services import send_due as sending
from tests.notifications.world import TIMED, Booking, Model, Says, Wanted, Which
from tests.support import cast

_Option = TypeVar("_Option")

KIND = "of_the_machine"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
# The evenings before clocks change in each of them, both ways, and a plain day.
EVENINGS = [
    datetime(2025, month, day, hour, 0, 0, 500_000, tzinfo=UTC)
    for month, day, hour in [(3, 29, 20), (10, 25, 20), (3, 8, 23), (11, 1, 23), (4, 5, 9), (10, 4, 9), (6, 10, 8)]
]
_STAGES = {"booked": Stage.STANDS, "completed": Stage.OVER}

# Client, coach, how far ahead (in 45 minutes), and how long (in minutes).
_slots = st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(1, 16), st.sampled_from([30, 60]))
_quiet = st.sampled_from([None, None, (time(22), time(7)), (time(1, 30), time(2, 30)), (time(2), time(3)),
                          (time(12), time(14))])  # fmt: skip
_minutes = st.sampled_from([1, 30, 60, 90, 180, 600])
_lateness = st.sampled_from([2, 10, 60, 240, 1440])
_audiences = st.sampled_from(["client", "staff", "both", "address"])
# Which one of something: drawn whether there is any or not. What is due at the same moment is sent in any order, so
# what there is may differ between two runs of an example, and what is drawn for it must not.
_pick = st.integers(0, 99)
_outcomes = st.lists(st.sampled_from(["sent", "sent", "sent", "later", "refused"]), max_size=6)


def _picked(pick: int, options: Sequence[_Option]) -> _Option:
    return options[pick % len(options)]


class _DiedError(BaseException):
    """The worker's process is gone, in the middle of what it did."""


class Notifications(RuleBasedStateMachine):
    """Runs inside the tenant of the test; each run is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint: Any = transaction.savepoint()
        self.now = EVENINGS[0]
        Rule.objects.update(is_active=False)
        self.clients = [cast.make_client(f"Bob {n}", timezone=zone).person for n, zone in enumerate(ZONES)]
        self.coaches = [cast.make_coach(f"Ada {n}", timezone=zone).person for n, zone in enumerate(ZONES[::2])]
        self.brand = cast.main_brand()
        zones: dict[UUID | None, ZoneInfo] = {p.pk: ZoneInfo(p.timezone) for p in [*self.clients, *self.coaches]}
        self.model = Model({**zones, None: ZoneInfo(self.brand.timezone)})
        self.numbers: dict[int, int] = {}
        # Which message has which Message-ID; those that a dying worker handed over.
        self.keys: dict[tuple[Which, int], str] = {}
        self.handed_over: set[str] = set()
        self.sent: set[str] = set()
        self.script: Iterator[str] = iter(())
        self.violations: list[str] = []
        self.meanwhile: Callable[[], None] | None = None
        self._patches = self._patched()
        self._patches.__enter__()

    def teardown(self) -> None:
        self._patches.__exit__(None, None, None)
        transaction.savepoint_rollback(self.savepoint)

    # What people do.

    @initialize(evening=st.sampled_from(EVENINGS), quiet=_quiet, booked=st.lists(_slots, min_size=3, max_size=6))
    def begin(self, evening: datetime, quiet: Any, booked: list[tuple[int, int, int, int]]) -> None:
        self.now = evening
        for says in (
            Says("booked", "both", lateness=60),
            Says("rescheduled", "client", lateness=240),
            Says("before_start", "both", 60, lateness=240, quiet=quiet),
            Says("after_end", "client", 30, lateness=240),
        ):
            self._make_rule(says)
        for slot in booked:
            self.book(slot)

    @rule(slot=_slots)
    def book(self, slot: tuple[int, int, int, int]) -> None:
        client, coach, ahead, length = slot
        self._tick()
        starts_at = self.now.replace(second=0, microsecond=0) + ahead * 45 * MINUTE
        booking = Booking(
            uuid4(), self.clients[client].pk, self.coaches[coach].pk, starts_at, starts_at + length * MINUTE
        )
        self.model.bookings[booking.id] = booking
        self._tell("booked", booking)

    @rule(pick=_pick, by=st.integers(-4, 8))
    def move(self, pick: int, by: int) -> None:
        """By nothing: somebody or something else of it has changed, and not its time."""
        self._change(pick, "rescheduled", by=by * 30 * MINUTE)

    @rule(pick=_pick, event=st.sampled_from(["cancelled", "completed", "no_show"]))
    def end(self, pick: int, event: str) -> None:
        self._change(pick, event)

    # What the tenant says.

    @precondition(lambda self: len(self.model.rules) < 8)
    @rule(
        event=st.sampled_from([event.value for event in Event]),
        audience=_audiences,
        minutes=_minutes,
        lateness=_lateness,
        quiet=_quiet,
    )
    def make_rule(self, event: str, audience: str, minutes: int, lateness: int, quiet: Any) -> None:
        self._tick()
        self._make_rule(Says(event, audience, minutes if event in TIMED else 0, lateness, quiet))

    @rule(
        pick=_pick,
        change=st.one_of(
            _minutes.map(lambda minutes: {"minutes": minutes}),
            _audiences.map(lambda audience: {"audience": audience}),
            _lateness.map(lambda lateness: {"lateness": lateness}),
            _quiet.map(lambda quiet: {"quiet": quiet}),
            st.just({}),
        ),
    )
    def change_rule(self, pick: int, change: dict[str, Any]) -> None:
        number = _picked(pick, sorted(self.model.rules))
        old = self.model.rules[number]
        if "minutes" in change and old.event not in TIMED:
            return
        self._tick()
        self._change_rule(number, replace(old, **change))

    @rule(pick=_pick)
    def switch_rule(self, pick: int) -> None:
        number = _picked(pick, sorted(self.model.rules))
        old = self.model.rules[number]
        self._tick()
        self._change_rule(number, replace(old, is_on=not old.is_on))

    @rule(pick=_pick, at_night=st.booleans())
    def say_otherwise_what_was_told(self, *, pick: int, at_night: bool) -> None:
        """When somebody has been told by a rule of time, the rule gets another time for that: by its minutes, or by a
        night around the time of then, while something of the booking changes as well."""
        reminders = self._reminders()
        if not reminders:
            return
        which = _picked(pick, reminders)
        wanted = self.model.waiting[which]
        self.now = max(self.now, wanted.due) + SECOND
        self._turn([])
        if wanted not in self.model.told.get(which, []):
            return
        booking, says = self.model.bookings[which[1]], self.model.rules[which[0]]
        self._tick()
        if at_night:
            zone = self.model.zones[which[2]]
            quiet = tuple(at.astimezone(zone).time().replace(microsecond=0) for at in (wanted.at - MINUTE, self._soon))
            self._change_rule(which[0], replace(says, quiet=quiet))  # type: ignore[arg-type]
            booking.version += 1
            self._tell("rescheduled", booking)
        elif says.event == "after_end":
            self._change_rule(which[0], replace(says, minutes=(self._soon - booking.ends_at) // MINUTE))
        elif self._soon < booking.starts_at:
            self._change_rule(which[0], replace(says, minutes=(booking.starts_at - self._soon) // MINUTE))
        self._turn([])
        self.now += 25 * MINUTE
        self._turn([])

    @rule(pick=_pick, hours=st.sampled_from([1, 3, 9]))
    def night_falls(self, *, pick: int, hours: int) -> None:
        """A reminder is due just before its reader's quiet hours begin, and looked at just after."""
        reminders = self._reminders()
        if not reminders:
            return
        which = _picked(pick, reminders)
        self._tick()
        due = max(self.model.waiting[which].due, self.now)
        begins, zone = due + MINUTE, self.model.zones[which[2]]
        ends = begins + timedelta(hours=hours)
        night = tuple(at.astimezone(zone).time().replace(second=0, microsecond=0) for at in (begins, ends))
        self._change_rule(which[0], replace(self.model.rules[which[0]], quiet=night))  # type: ignore[arg-type]
        self._turn([])
        self.now = begins + MINUTE
        self._turn([])

    # What time and machines do.

    @rule(minutes=st.sampled_from([1, 3, 15, 30]))
    def pass_time(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(minutes=st.sampled_from([0, 1, 15, 30, 60]), outcomes=_outcomes)
    def work(self, minutes: int, outcomes: list[str]) -> None:
        self.now += minutes * MINUTE
        self._tick()
        self._turn(outcomes)

    @rule(outcomes=_outcomes, how=st.sampled_from(["die before", "die after"]))
    def die(self, outcomes: list[str], how: str) -> None:
        """A worker is killed while it sends, just before or after the server took the mail. Another goes on."""
        self._die(outcomes, how)
        self._turn([])

    @rule(pick=_pick, minutes=_minutes, switches=st.booleans(), how=st.sampled_from(["die before", "die after"]))
    def die_and_change_rule(self, *, pick: int, minutes: int, switches: bool, how: str) -> None:
        """The rule of what a dead worker had in its hands is changed before another takes over."""
        self._die([], how)
        numbers = sorted({which[0] for which, _version in self.model.leases})
        if not numbers:
            return
        number = _picked(pick, numbers)
        old = self.model.rules[number]
        self._tick()
        change = {"minutes": minutes} if old.event in TIMED and not switches else {"is_on": not old.is_on}
        self._change_rule(number, replace(old, **change))
        self.now += 3 * MINUTE
        self._turn([])

    @rule(
        pick=_pick,
        event=st.sampled_from(["cancelled", "rescheduled"]),
        how=st.sampled_from(["die before", "die after"]),
    )
    def die_and_change_booking(self, *, pick: int, event: str, how: str) -> None:
        """What a dead worker had in its hands was about a booking that is changed before another takes over."""
        self._die([], how)
        held = list(dict.fromkeys(which[1] for which, _version in self.model.leases))
        self._change(pick, event, by=30 * MINUTE, among=held)
        self._turn([])
        self.now += 3 * MINUTE
        self._turn([])

    @rule(pick=_pick, event=st.sampled_from(["cancelled", "rescheduled"]), outcomes=_outcomes)
    def change_meanwhile(self, pick: int, event: str, outcomes: list[str]) -> None:
        """A booking is changed by somebody else while a message is on its way to the server."""
        self._tick()
        self.meanwhile = lambda: self._change(pick, event, by=30 * MINUTE, ticks=False)
        self._turn(outcomes)
        self.meanwhile = None

    # What must be true.

    @invariant()
    def what_is_marked_as_sent_was_sent(self) -> None:
        marked = {
            str(pk) for pk in Message.objects.filter(subject_kind=KIND, state="sent").values_list("pk", flat=True)
        }
        assert marked <= self.sent, "a message is marked that nobody got"
        assert self.sent - self.handed_over <= marked, "a message went out and isn't marked"

    # How.

    @property
    def _soon(self) -> datetime:
        return self.now.replace(second=0) + 20 * MINUTE

    def _reminders(self) -> list[Which]:
        """The messages of time that wait, of bookings that stand."""
        bookings, readers = list(self.model.bookings), list(self.model.zones)
        waiting = [
            which
            for which, wanted in self.model.waiting.items()
            if wanted.event in TIMED and self.model.bookings[which[1]].status == "booked"
        ]
        return sorted(waiting, key=lambda which: (which[0], bookings.index(which[1]), readers.index(which[2])))

    def _die(self, outcomes: list[str], how: str) -> None:
        self._tick()
        try:
            self._turn([*outcomes, how], is_last=False)
        except _DiedError:
            self._leave_behind()

    def _tick(self) -> None:
        self.now += SECOND

    def _make_rule(self, says: Says) -> None:
        made = Rule.objects.create(
            event=says.event,
            subject_kind=KIND,
            version=1,
            planned_version=0 if says.event in TIMED else 1,
            **self._columns(says),
        )
        Rule.objects.filter(pk=made.pk).update(updated_at=self.now)
        self.numbers[made.pk] = len(self.numbers)
        self.model.says(self.numbers[made.pk], says, now=self.now)

    def _change_rule(self, number: int, says: Says) -> None:
        (pk,) = [pk for pk, known in self.numbers.items() if known == number]
        # As the service does, with the clock of the machine: the walk over bookings begins anew.
        Rule.objects.filter(pk=pk).update(
            version=F("version") + 1,
            planning_kind="",
            planning_after=None,
            updated_at=self.now,
            **self._columns(says),
        )
        self.model.says(number, says, now=self.now)

    def _columns(self, says: Says) -> dict[str, Any]:
        quiet_from, quiet_until = says.quiet or (None, None)
        return {
            "audience": says.audience,
            "address": "desk@example.com" if says.audience == "address" else "",
            "offset_minutes": says.minutes or None,
            "lateness_minutes": says.lateness,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "is_active": says.is_on,
        }

    def _change(
        self,
        pick: int,
        event: str,
        *,
        by: timedelta = MINUTE * 0,
        ticks: bool = True,
        among: Collection[UUID] | None = None,
    ) -> None:
        known = self.model.bookings.values() if among is None else [self.model.bookings[id_] for id_ in among]
        standing = [booking for booking in known if booking.status == "booked"]
        if not standing:
            return
        booking = _picked(pick, standing)
        if ticks:
            self._tick()
        booking.version += 1
        if event == "rescheduled":
            booking.starts_at += by
            booking.ends_at += by
        else:
            booking.status = event
        self._tell(event, booking)

    def _tell(self, event: str, booking: Booking) -> None:
        announce(event=Event(event), occasion=self._occasion(booking), now=self.now)
        self.model.happens(event, booking, now=self.now)
        older = Message.objects.about(KIND, booking.id).unsent().filter(schedule_version__lt=booking.version)
        assert not older.exists(), "what was planned of an earlier version still is"

    def _turn(self, outcomes: list[str], *, is_last: bool = True) -> None:
        """A worker's turn, with these answers of the server in a row; then everything is sent."""
        self.script = iter(outcomes)
        self.model.worker_looks(now=self.now)
        tasks.work.run()
        # The sender takes any error for one of sending.
        assert not self.violations, self.violations
        if is_last:
            self.model.worker_looks(now=self.now)  # for what changed meanwhile
            missing = self.model.due(now=self.now)
            assert not missing, f"not sent though due at {self.now}: {[self._both_sides(w) for w in missing]}"

    def _both_sides(self, which: Which) -> tuple[Wanted, list[Any]]:
        """What the model knows of a message, and the rows."""
        number, subject_id, recipient_id = which
        rows = Message.objects.about(KIND, subject_id).filter(recipient=recipient_id, rule__in=self.numbers)
        mine = [row for row in rows.order_by("created_at") if self.numbers[row.rule_id] == number]
        return self.model.waiting[which], [
            (row.state, row.why, row.due_at, row.expires_at, row.lease_until) for row in mine
        ]

    def take(self, outgoing: Outgoing) -> str:
        """The mail server."""
        try:
            return self._take(outgoing)
        except AssertionError as error:
            self.violations.append(str(error))
            raise

    def _take(self, outgoing: Outgoing) -> str:
        which, wanted = self._expected(outgoing)
        how = next(self.script, "sent")
        if how == "die before":
            raise _DiedError
        key = outgoing.key
        assert key not in self.sent or key in self.handed_over, f"sent twice: {wanted}"
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if how == "die after":
            self.sent.add(key)
            self.handed_over.add(key)
            raise _DiedError
        self.model.outcome(which, wanted, how, now=self.now)
        if how == "later":
            raise TransientFailureError("450 Later.")
        if how == "refused":
            raise PermanentFailureError("550 Never.")
        self.sent.add(key)
        return ""

    def _expected(self, outgoing: Outgoing) -> tuple[Which, Wanted]:
        """What the model says of the mail that has come in."""
        message = outgoing.message
        which = (self.numbers[message.rule_id], message.subject_id, message.recipient_id)
        assert which in self.model.due(now=self.now), f"not wanted: {which} {self.model.waiting.get(which)}"
        wanted = self.model.waiting[which]
        booking = self.model.bookings[message.subject_id]
        assert (message.event, message.schedule_version) == (wanted.event, wanted.version)
        assert (outgoing.facts.starts_at, outgoing.facts.status) == (booking.starts_at, booking.status), "untrue"
        assert self.keys.setdefault((which, wanted.version), outgoing.key) == outgoing.key, "another Message-ID"
        assert outgoing.reader.zone == self.model.zones[message.recipient_id]
        return which, wanted

    def _leave_behind(self) -> None:
        """What the dead worker had leased. It had claimed a batch of what was due, and no more."""
        left = Message.objects.filter(subject_kind=KIND, state="sending", lease_until=self.now + 120 * SECOND)
        assert 1 <= len(left) <= sending.BATCH
        for message in left:
            which = (self.numbers[message.rule_id], message.subject_id, message.recipient_id)
            self.model.lease(which, message.schedule_version, until=self.now + 120 * SECOND)

    @contextmanager
    def _patched(self) -> Iterator[None]:
        """The clock, the mail server, the texts; and the bookings of the machine as a source of their own."""
        source = Source(
            load=self._load,
            lock_upcoming=self._upcoming,
            lock=self._lock,
            of_client=lambda *_: [],
            services=lambda _brands: [],
        )
        session = SimpleNamespace(send=self.take, close=lambda: None)
        with (
            mock.patch.dict(subjects._sources, {KIND: source}),
            mock.patch.object(sending, "database_now", self._clock),
            mock.patch.object(sending, "standing_of", self._standing),
            mock.patch.object(tasks, "database_now", self._clock),
            mock.patch.object(sending, "SESSIONS", {"email": lambda: session}),
            mock.patch.object(sending, "compose", _plain),
            mock.patch.object(sending, "random", SimpleNamespace(random=lambda: 0.5)),
            mock.patch.object(tasks, "TURN_SECONDS", 60.0),
            # Nobody else writes here; but Postgres itself may just be looking at the table of the rules.
            mock.patch.object(replan, "_older_transactions_have_ended", return_value=True),
        ):
            yield

    def _occasion(self, booking: Booking) -> Occasion:
        return Occasion(
            kind=KIND,
            id=booking.id,
            schedule_version=booking.version,
            stage=_STAGES.get(booking.status, Stage.OFF),
            brand_id=self.brand.pk,
            service_id=None,
            client_id=booking.client,
            staff_ids=(booking.coach,),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
        )

    def _clock(self) -> datetime:
        return self.now

    def _standing(self, message: Message) -> Standing | None:
        standing = standing_of(message)
        return standing and replace(standing, now=self.now)

    def _load(self, ids: Sequence[UUID]) -> Mapping[UUID, SubjectFacts]:
        found = [self.model.bookings[id_] for id_ in ids if id_ in self.model.bookings]
        return {
            booking.id: SubjectFacts(
                occasion=self._occasion(booking),
                status=booking.status,
                is_cancelled=booking.status == "cancelled",
                title="",
                staff_name="",
                client_name="",
                changed_at=self.now,
            )
            for booking in found
        }

    def _upcoming(self, after: UUID | None, limit: int, since: datetime) -> list[Occasion]:
        found = [self._occasion(booking) for booking in self.model.bookings.values() if booking.ends_at > since]
        wanted = [each for each in found if each.stage is not Stage.OFF and (after is None or each.id > after)]
        return sorted(wanted, key=lambda each: each.id)[:limit]

    def _lock(self, id_: UUID) -> Occasion | None:
        booking = self.model.bookings.get(id_)
        return self._occasion(booking) if booking else None


def _plain(*, message: Message, facts: SubjectFacts, reader: Any) -> Outgoing:
    """What the texts say is not what is looked at here."""
    return Outgoing(message=message, facts=facts, reader=reader, text=Text(subject="", text=""))
