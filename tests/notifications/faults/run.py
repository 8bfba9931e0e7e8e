"""Sending thousands of messages through real servers while something goes wrong.

What takes minutes by design is shortened, and counted: retries become due at once, pauses of channels end, and the
leases (2 min) and turns (15 s, or 60 s until they begin) of workers that were killed end with them. No lease of a
living worker is touched.
"""

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import redis
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from notifications.models import Message
from notifications.rules.messages import LEASE
from tests.notifications.faults.desk import Desk
from tests.notifications.faults.kinds import Fault
from tests.notifications.faults.verdict import About, Cut, Verdict, judge
from tests.support.faulty_smtp import faulty_smtp
from tests.support.live import Live
from tests.support.own_valkey import OwnValkey

OPEN = ("planned", "failed", "sending")
# Longer than a turn with a mail that hangs: whoever holds a lease for so long is dead.
_SURELY_DEAD = timedelta(seconds=20)
_LOOK_SECONDS = 0.1
_SAY_SECONDS = 10.0


@dataclass
class Run:
    platform: Live
    fault: Fault
    messages: int
    folder: Path
    timeout: float = 1800
    progress: Callable[[str], None] = lambda _line: None
    seen: Counter[str] = field(default_factory=Counter)
    valkey: OwnValkey = field(default_factory=OwnValkey)
    _cuts: list[Cut] = field(default_factory=list)
    # Until when what was in hands at cuts could come again, whose holders are still to be asked of the database.
    _unseen: list[float] = field(default_factory=list)
    _disturbed: int = 0

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

    def cut(self, *, until: float) -> None:
        """A worker has been killed, or has lost what it needs: what it had sent until then (time.time()) and not
        marked may come again. What it had in its hands is asked of the database now, or when that answers again."""
        self._unseen.append(until)
        try:
            self._see_hands()
        except DatabaseError:
            connection.close()

    def end_leases(self, *, older_than: timedelta) -> None:
        """As if their two minutes were over."""
        dead = Message.objects.filter(
            state="sending", lease_until__gt=Now(), lease_until__lt=Now() + LEASE - older_than
        )
        ended = dead.update(lease_until=Now() - timedelta(seconds=1))
        self.seen["leases ended early"] += ended
        if ended:
            self.end_turns()

    def end_turns(self) -> None:
        """As if the time was over that a tenant waits for a worker that has been called, or works."""
        self._forget_in_valkey("*:awake:*")

    def _perform(self) -> Verdict:
        begun = time.monotonic()
        self.desk = Desk()
        book = self.desk.book if self.fault.plans_each else self.desk.book_copies
        for ahead in self.fault.clocks:
            book(self.messages // len(self.fault.clocks), ahead=ahead)
        if self.fault.late_by:
            self.desk.make_late(self.fault.late_by)
        self.progress(f"{len(self.desk.stands)} bookings planned in {time.monotonic() - begun:.0f} s")
        begun = time.monotonic()
        for number in range(self.fault.workers):
            self.platform.start_worker(f"worker-{number}")
        for number in range(self.fault.beats):
            self.platform.start_beat(f"beat-{number}")
        left = self._wait(begun)
        verdict = judge(self.server.received(), about=_about(), stands=self.desk.stands, cuts=self._cuts)
        verdict.seconds, verdict.open_at_the_end = time.monotonic() - begun, left
        return verdict

    def _wait(self, begun: float) -> int:
        """Until nothing is left to send. What goes wrong goes wrong here."""
        said = time.monotonic()
        left = self.messages
        while time.monotonic() - begun < self.timeout:
            try:
                self._see_hands()
                left = Message.objects.filter(state__in=OPEN).count()
                if not left:
                    return 0
                if self._is_time(left):
                    self._disturbed += 1
                    self.fault.disturb(self)
                self._supervise()
                self._shorten()
            except DatabaseError:
                connection.close()  # Postgres restarts
            if time.monotonic() > said + _SAY_SECONDS:
                said = time.monotonic()
                self.progress(f"{left} to send after {said - begun:.0f} s; {self._disturbed} times disturbed")
            time.sleep(_LOOK_SECONDS)
        return left

    def _is_time(self, left: int) -> bool:
        """For the fault to happen again: as many messages have left since as in all the other times."""
        times = self.fault.moments(self.messages)
        return self._disturbed < times and self.messages - left > self._disturbed * self.messages / (times + 1)

    def _see_hands(self) -> None:
        if self._unseen:
            in_hands = {str(pk) for pk in Message.objects.filter(state="sending").values_list("pk", flat=True)}
            self._cuts += [Cut(until, in_hands) for until in self._unseen]
            self._unseen.clear()

    def _supervise(self) -> None:
        """Starts again what has ended by itself, as a supervisor does: Celery's worker ends when it loses its broker
        with a task in hand."""
        for name in self._parts():
            if self.platform._processes[name].poll() is not None:
                self.platform.stop(name, how=signal.SIGKILL)
                self.cut(until=time.time())
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

    def _parts(self) -> list[str]:
        return [name for name in self.platform._processes if name.startswith(("worker", "beat"))]


def _about() -> dict[str, About]:
    rows = Message.objects.values_list("pk", "subject_id", "event", "schedule_version")
    return {str(pk): (subject, event, version) for pk, subject, event, version in rows}
