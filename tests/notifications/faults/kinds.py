"""What goes wrong. Each is bounded, so that ten thousand messages are through in minutes: so many times, spread over
the messages."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import redis
from django.db import connection, transaction

from notifications.models import Message
from tests.support.database import owner_connection
from tests.support.faulty_smtp import Manners
from tests.support.live import wait_until

if TYPE_CHECKING:
    from tests.notifications.faults.run import Run

_MINUTES = timedelta(minutes=1)
_WORKER = "worker-0"
# What a killed worker has written to its socket, a server may still take in.
_ON_ITS_WAY_SECONDS = 0.3
# A worker that has lost its database ends with the mail in its hands.
_LAST_MAIL_SECONDS = 3.0


@dataclass(frozen=True)
class Fault:
    """`disturb` is called so many `times` while there is something to send, at most once in `spacing` messages."""

    text: str
    manners: Manners = field(default_factory=Manners)
    disturb: Callable[["Run"], None] = lambda _run: None
    times: int = 0
    spacing: int = 50
    # Of the machines that plan, against the database's clock.
    clocks: tuple[timedelta, ...] = (timedelta(0),)
    late_by: timedelta = timedelta(0)
    beats: int = 1
    workers: int = 1
    # Whether each booking is planned by itself, or all but one are copies.
    plans_each: bool = False

    def moments(self, messages: int) -> int:
        """How often it happens in so many messages."""
        return min(self.times, messages // self.spacing)


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
    connection.close()
    with owner_connection(run.platform.database_name) as owner:
        os.kill(owner.info.backend_pid, signal.SIGKILL)
    run.cut(until=time.time() + _LAST_MAIL_SECONDS)
    run.seen["crashes of Postgres"] += 1


def _kill_worker(run: "Run") -> None:
    """By turns whenever it comes, and at the two ends of what lies between sending and marking."""
    ways = (_kill_before_the_answer, _kill_before_the_mark, _kill_anywhere)
    ways[run.seen["kills"] % len(ways)](run)
    run.seen["kills"] += 1
    run.end_leases(older_than=timedelta(0))
    run.end_turns()
    run.platform.start_worker(_WORKER)


def _kill(run: "Run") -> None:
    run.platform.stop(_WORKER, how=signal.SIGKILL)
    run.cut(until=time.time() + _ON_ITS_WAY_SECONDS)


def _kill_anywhere(run: "Run") -> None:
    _kill(run)


def _kill_before_the_answer(run: "Run") -> None:
    """The server has taken the mail, and the worker will never hear of it."""
    run.server.hold_next()
    _kill(run)
    run.server.let_go()
    run.seen["kills between the server's acceptance and its answer"] += 1


def _kill_before_the_mark(run: "Run") -> None:
    """The worker knows that the mail has been taken, and is about to write it down: somebody holds the row."""
    message_id = run.server.hold_next()
    with transaction.atomic(), connection.cursor() as cursor:
        Message.objects.select_for_update(of=("self",)).get(pk=message_id)
        run.server.let_go()

        def waiting() -> list[int]:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            return [row[0] for row in cursor.fetchall()]

        wait_until(waiting, "the worker to write it down")
        _kill(run)
        # A backend does not see that its client is gone: let alone, it would write the mark after all.
        cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) pid", [waiting()])
    run.seen["kills between the answer and the mark"] += 1


def _change(run: "Run") -> None:
    run.seen["bookings cancelled or moved"] += run.desk.change(max(2, run.messages // 1000))


FAULTS = {
    "none": Fault("nothing goes wrong", plans_each=True),
    "smtp_4xx": Fault("30 % are answered 451", Manners(later=0.3)),
    "smtp_5xx": Fault("10 % are answered 550, always the same ones", Manners(never=0.1)),
    "smtp_hang": Fault("of 1000 mails 2 get no answer (2 s timeout)", Manners(hang=0.002)),
    "smtp_slow": Fault("each answer takes 10 ms", Manners(delay=0.01)),
    "smtp_drop": Fault("of 100 connections 2 are cut after DATA", Manners(drop=0.02)),
    "valkey_flush": Fault("FLUSHALL, 60 times", disturb=_flush, times=60),
    "valkey_stop": Fault("stopped for 2 s, 10 times", disturb=_stop_valkey, times=10),
    "postgres": Fault("crashes and recovers, 15 times", disturb=_crash_postgres, times=15),
    "worker_kill": Fault(
        "SIGKILL, 30 times: between acceptance and answer, between answer and mark, anywhere",
        disturb=_kill_worker,
        times=30,
    ),
    "two_beats": Fault("two beats, two workers", beats=2, workers=2),
    "beat_dead": Fault("nobody had looked for an hour", late_by=60 * _MINUTES),
    "clocks": Fault("planned by clocks 5 min ahead and behind", clocks=(5 * _MINUTES, -5 * _MINUTES), plans_each=True),
    "changes": Fault(
        "up to half of the bookings are cancelled or moved meanwhile", disturb=_change, times=500, spacing=4
    ),
}
