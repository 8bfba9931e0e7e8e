"""Sending thousands of messages through real servers while something goes wrong, and judging what arrived.

What takes minutes by design is shortened, and counted: retries become due at once, pauses of channels end, and the
leases (2 min) and turns (15 s) of workers that were killed end with them. No lease of a living worker is touched.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import redis
from django.db import DatabaseError, connection
from django.db.models import Q
from django.db.models.functions import Now

from notifications.models import Message
from notifications.rules.messages import LEASE
from tests.notifications.faults.desk import Desk
from tests.support.database import owner_connection
from tests.support.faulty_smtp import FaultySmtp, Manners, faulty_smtp
from tests.support.live import Live
from tests.support.own_valkey import OwnValkey

OPEN = ("planned", "failed", "sending")
HOUR = timedelta(hours=1)
# Longer than a turn with a mail that hangs: whoever holds a lease for so long is dead.
_SURELY_DEAD = timedelta(seconds=20)


@dataclass(frozen=True)
class Fault:
    """`disturb` is called now and then while there is something to send."""

    text: str
    manners: Manners = field(default_factory=Manners)
    disturb: Callable[["Run"], None] = lambda _run: None
    every: float = 5.0
    # Of the machines that plan, against the database's clock.
    clocks: tuple[timedelta, ...] = (timedelta(0),)
    late_by: timedelta = timedelta(0)
    beats: int = 1
    workers: int = 1


def _flush(run: "Run") -> None:
    with redis.Redis.from_url(run.valkey.url) as client:
        client.flushall()
    run.seen["flushes"] += 1


def _stop_valkey(run: "Run") -> None:
    run.valkey.restart(after=2)
    run.seen["stops of Valkey"] += 1


def _crash_postgres(run: "Run") -> None:
    """Of a backend that dies of SIGKILL Postgres ends all others, restarts and recovers from its log: what an
    immediate shutdown and a start do."""
    run.cut(time.time())
    with owner_connection(run.platform.database_name) as owner:
        os.kill(owner.info.backend_pid, signal.SIGKILL)
    run.seen["crashes of Postgres"] += 1


def _kill_worker(run: "Run") -> None:
    if not run.has_sent_more(than=run.messages // 50):
        return  # the last one's successor has only just begun
    run.cut(time.time())
    run.platform.stop("worker-0", how=signal.SIGKILL)
    run.end_leases(older_than=timedelta(0))
    run.platform.start_worker("worker-0")
    run.seen["kills"] += 1


def _change(run: "Run") -> None:
    run.seen["bookings cancelled or moved"] += run.desk.change(max(2, run.messages // 250))


FAULTS = {
    "none": Fault("nothing goes wrong"),
    "smtp_4xx": Fault("30 % are answered 451", Manners(later=0.3)),
    "smtp_5xx": Fault("10 % are answered 550, always the same ones", Manners(never=0.1)),
    "smtp_hang": Fault("of 1000 mails 2 get no answer (2 s timeout)", Manners(hang=0.002)),
    "smtp_slow": Fault("each answer takes 10 ms", Manners(delay=0.01)),
    "smtp_drop": Fault("of 100 connections 2 are cut after DATA", Manners(drop=0.02)),
    "valkey_flush": Fault("FLUSHALL every 2 s", disturb=_flush, every=2),
    "valkey_stop": Fault("stopped for 2 s every 8 s", disturb=_stop_valkey, every=8),
    "postgres": Fault("crashes every 10 s and recovers", disturb=_crash_postgres, every=10),
    "worker_kill": Fault("SIGKILL again and again", Manners(delay=0.002), disturb=_kill_worker, every=1),
    "two_beats": Fault("two beats, two workers", beats=2, workers=2),
    "beat_dead": Fault("nobody had looked for an hour", late_by=HOUR),
    "clocks": Fault("planned by clocks 5 min ahead and behind", clocks=(timedelta(minutes=5), timedelta(minutes=-5))),
    "changes": Fault("bookings are cancelled and moved meanwhile", disturb=_change, every=0.2),
}


@dataclass
class Verdict:
    expected: int = 0
    refused: int = 0
    received: int = 0
    missing: int = 0
    duplicates: int = 0
    # Of those: the first copy had been taken in the second before a kill or a crash.
    in_windows: int = 0
    # Taken in by the server without an answer, and sent again.
    unanswered: int = 0
    # Accepted though the booking had been changed before MAIL: for longer than the one in flight may take, or not.
    untrue: int = 0
    in_flight: int = 0
    seconds: float = 0.0
    open_at_the_end: int = 0

    @property
    def holds(self) -> bool:
        return not (self.missing or self.untrue or self.open_at_the_end) and self.duplicates == self.in_windows


@dataclass
class Run:
    platform: Live
    fault: Fault
    messages: int
    folder: Path
    timeout: float = 1800
    progress: Callable[[str], None] = lambda _line: None
    seen: Counter[str] = field(default_factory=Counter)
    cuts: list[float] = field(default_factory=list)
    valkey: OwnValkey = field(default_factory=OwnValkey)
    tries_then: int = 0

    def perform(self) -> Verdict:
        """Plans, sends and judges. Wants the tenant of the platform to be current in this process."""
        self.valkey.start()
        try:
            with faulty_smtp(self.folder, self.fault.manners) as self.server:
                self.platform.environment |= {
                    "EMAIL_URL": self.server.url,
                    "EMAIL_TIMEOUT": "2",
                    "REDIS_URL": self.valkey.url,
                }
                return self._perform()
        finally:
            for name in self._parts():
                self.platform.stop(name)
            self.valkey.stop()

    def cut(self, at: float) -> None:
        """Something was killed: what was between sending and marking may come again."""
        self.cuts.append(at)

    def has_sent_more(self, *, than: int) -> bool:
        """Whether so many mails have come in since the last time that this was so."""
        tries = len(self.server.received())
        if tries <= self.tries_then + than:
            return False
        self.tries_then = tries
        return True

    def end_leases(self, *, older_than: timedelta) -> None:
        """As if their two minutes were over."""
        dead = Message.objects.filter(
            state="sending", lease_until__gt=Now(), lease_until__lt=Now() + LEASE - older_than
        )
        ended = dead.update(lease_until=Now() - timedelta(seconds=1))
        self.seen["leases ended early"] += ended
        if ended:
            self._forget_in_valkey("*:awake:*")

    def _perform(self) -> Verdict:
        self.desk = Desk()
        share = self.messages // len(self.fault.clocks)
        for ahead in self.fault.clocks:
            self.desk.book(share, ahead=ahead)
        if self.fault.late_by:
            self.desk.make_late(self.fault.late_by)
        self.progress(f"{len(self.desk.stands)} bookings planned")
        for number in range(self.fault.workers):
            self.platform.start_worker(f"worker-{number}")
        for number in range(self.fault.beats):
            self.platform.start_beat(f"beat-{number}")
        begun = time.monotonic()
        left = self._wait(begun)
        verdict = self._judge(self.server)
        verdict.seconds, verdict.open_at_the_end = time.monotonic() - begun, left
        return verdict

    def _wait(self, begun: float) -> int:
        """Until nothing is left to send. What goes wrong goes wrong here."""
        due = said = time.monotonic()
        due += min(self.fault.every, 2.0)
        left = self.messages
        while time.monotonic() - begun < self.timeout:
            try:
                left = Message.objects.filter(state__in=OPEN).count()
                if not left:
                    return 0
                if time.monotonic() > due:
                    self.fault.disturb(self)
                    due = time.monotonic() + self.fault.every
                self._supervise()
                self._shorten()
            except DatabaseError:
                connection.close()  # Postgres restarts
            if time.monotonic() > said + 10:
                said = time.monotonic()
                self.progress(f"{left} to send")
            time.sleep(0.1)
        return left

    def _supervise(self) -> None:
        """Starts again what has ended by itself, as a supervisor does: Celery's worker ends when it loses its broker
        with a task in hand."""
        for name in self._parts():
            if self.platform._processes[name].poll() is not None:
                self.cut(time.time())
                self.platform.stop(name, how=signal.SIGKILL)
                start = self.platform.start_worker if name.startswith("worker") else self.platform.start_beat
                start(name)
                self.end_leases(older_than=_SURELY_DEAD)
                self.seen["restarts by the supervisor"] += 1

    def _shorten(self) -> None:
        again = Message.objects.filter(state="failed", due_at__gt=Now())
        self.seen["retries made due at once"] += again.update(due_at=Now())
        self._forget_in_valkey("*:channel:*")
        self.end_leases(older_than=_SURELY_DEAD)

    def _forget_in_valkey(self, pattern: str) -> None:
        try:
            with redis.Redis.from_url(self.valkey.url) as client:
                for key in client.scan_iter(pattern, count=1000):
                    client.delete(key)
        except redis.RedisError:
            return

    def _judge(self, server: FaultySmtp) -> Verdict:
        verdict = Verdict()
        about = {
            str(pk): (subject, event, version)
            for pk, subject, event, version in Message.objects.filter(~Q(subject_kind="")).values_list(
                "pk", "subject_id", "event", "schedule_version"
            )
        }
        tries = server.received()
        accepted: dict[str, float] = {}
        dropped: set[str] = set()
        refused = {each.message_id for each in tries if each.how == "never"}
        for each in tries:
            if each.how in {"drop", "hang"}:
                dropped.add(each.message_id)
            if each.how != "accepted":
                continue
            if each.message_id in accepted:
                verdict.duplicates += 1
                verdict.in_windows += self._was_cut(accepted[each.message_id])
            else:
                accepted[each.message_id] = each.at
                verdict.unanswered += each.message_id in dropped
            subject, _event, version = about[each.message_id]
            stand = self.desk.stands[subject]
            if version < stand.version and each.began_at > stand.committed_at:
                is_in_flight = each.began_at < stand.committed_at + 0.25
                verdict.in_flight += is_in_flight
                verdict.untrue += not is_in_flight
        told = {about[name] for name in accepted}
        refusals = {about[name] for name in refused}
        wanted = {(subject, stand.event, stand.version) for subject, stand in self.desk.stands.items()}
        verdict.expected, verdict.received = len(wanted - refusals), len(accepted)
        verdict.refused, verdict.missing = len(refused), len(wanted - refusals - told)
        return verdict

    def _was_cut(self, at: float) -> bool:
        return any(at - 0.5 <= cut <= at + 1.5 for cut in self.cuts)

    def _parts(self) -> list[str]:
        return [name for name in self.platform._processes if name.startswith(("worker", "beat"))]
