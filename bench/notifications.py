"""What the notifications cost: looking for work in a thousand tenants, and doing it.

    bin/bench notifications [--tenants 1000] [--backlog 100000] [--messages 2000] [--only sweep,send,fair,crowd,plan]

sweep: the time of a sweep (hints taken, workers woken), of a rotation over all tenants and the age of the oldest due
message: ten tenants with due work alone, the same ten among all, and all idle but one.
send: messages a second through a transport that does nothing, of one process, next to the same claims, looks and marks
in plain SQL on one connection; then of all the slots of the sender.
fair: how long one message of a tenant waits, with a real worker and its beat, while nobody else has anything to send
and while another tenant has a backlog. crowd: and while nine others have a tenth of it each.
plan: what rules add to a booking's transaction.
The processes and Postgres share the machine's cores.
"""

import argparse
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import django

django.setup()

import psycopg  # noqa: E402 - after the setup
import redis  # noqa: E402
from django.db import transaction  # noqa: E402

from bench import many_tenants, null  # noqa: E402
from bench.booking import NoBlocker, say_machine  # noqa: E402
from notifications import tasks  # noqa: E402
from notifications.models import Message, Rule  # noqa: E402
from notifications.services import send_due as sending  # noqa: E402
from notifications.services.measure_queues import measure_queues  # noqa: E402
from tenants.context import activate_public, current_schema, use, use_public  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tenants.resolution import by_schema, forget  # noqa: E402
from tenants.valkey import key, valkey  # noqa: E402
from tests.notifications.faults.copies import copy_booking  # noqa: E402
from tests.notifications.faults.desk import Desk  # noqa: E402
from tests.support.database import drop_template, owner_url, with_database  # noqa: E402
from tests.support.live import Live, live, wait_until  # noqa: E402

BUSY = 10
DUE_EACH = 200
SINGLES = 20
SLOTS = 3
ROUNDS = 21


class _Unreadable(logging.Handler):
    """A schema that can't be read is passed over with a line in the log: here it would look like an idle one."""

    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(record.getMessage())


def main() -> None:
    options = _options()
    say_machine()
    # The lines of ten thousand messages are not what is to be read here.
    logging.disable(logging.INFO)
    logging.getLogger("tenants.due").addHandler(_Unreadable())
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        try:
            with platform.inside("north.test"):
                null.install()
                if "plan" in options.only:
                    _plan()
                if "send" in options.only:
                    _send(platform, options.messages)
            if "fair" in options.only:
                _fair(platform, options.backlog)
            if "crowd" in options.only:
                _crowd(platform, options.backlog)
            # Last, for its tenants have no more than what it looks at.
            if "sweep" in options.only:
                with platform.inside("north.test"):
                    _sweep(platform, options.tenants)
        finally:
            platform.stop_all()
            drop_template()


# How much rules add to a booking.


def _plan() -> None:
    print("\nplanning, in a booking's transaction")
    before = None
    for rules in (0, 2, 6):
        with transaction.atomic():
            Rule.objects.update(is_active=False)
            for number in range(rules):
                Rule.objects.create(
                    event="booked" if number % 2 else "before_start", offset_minutes=None if number % 2 else 60
                )
            desk = Desk()
            seconds = _timed(lambda desk=desk: desk.book(300)) / 300  # type: ignore[misc]
            transaction.set_rollback(True)
        before = before or seconds
        print(f"  {rules} rules   {seconds * 1000:6.2f} ms a booking   ratio to none {seconds / before:5.2f}")


# One process, and the same in SQL.


def _send(platform: Live, messages: int) -> None:
    print(f"\nsending {messages} messages through a transport that does nothing")
    Desk().book(1)
    _pile_up(messages + 199)
    ours = _rate(lambda: sending.send_due(deadline=_after(messages / 5000)))
    ours = _rate(lambda: sending.send_due(deadline=_after(60)))
    _pile_up(messages)
    raw = _rate(lambda: _in_sql(platform, current_schema()))
    print(f"  one process        {ours:8.0f}/s")
    print(f"  plain SQL          {raw:8.0f}/s   ratio {ours / raw:.3f}")
    _pile_up(messages * 2)
    with _null_workers(platform):
        begun = time.perf_counter()
        wait_until(_nothing_due, "the messages", seconds=600)
        print(f"  a worker, {SLOTS} slots, one tenant   {messages * 2 / (time.perf_counter() - begun):8.0f}/s")


def _in_sql(platform: Live, schema: str) -> int:
    """The claims of ten, a look at the booking and the rule before each, and the mark: nothing else."""
    done = 0
    with psycopg.connect(platform.environment["DATABASE_URL"], autocommit=True, prepare_threshold=1) as raw:
        raw.execute(f"SET search_path = {schema}")
        while True:
            claimed = raw.execute(
                """
                UPDATE notifications_message SET state = 'sending', attempts = attempts + 1,
                    lease_until = now() + interval '120 seconds'
                WHERE id IN (
                    SELECT id FROM notifications_message
                    WHERE state IN ('planned', 'failed') AND due_at <= now()
                    ORDER BY due_at LIMIT 10 FOR UPDATE SKIP LOCKED
                ) RETURNING id, subject_id, rule_id
                """
            ).fetchall()
            if not claimed:
                return done
            for message, subject, rule in claimed:
                raw.execute(
                    "SELECT schedule_version, clock_timestamp(), (SELECT version FROM notifications_rule WHERE id = %s)"
                    " FROM bookings_coachbooking WHERE id = %s",
                    [rule, subject],
                )
                raw.execute(
                    "UPDATE notifications_message SET state = 'sent', lease_until = NULL, sent_at = clock_timestamp(),"
                    " history = history || jsonb_build_object('at', now(), 'state', 'sent') WHERE id = %s",
                    [message],
                )
                done += 1


# A thousand tenants.


def _sweep(platform: Live, total: int) -> None:
    """The tenant north, with due messages; nine more with the same; and then all the idle ones."""
    valkey().ask(lambda client: client.delete(key("due")))  # marks of the tenants of the steps before
    like, database = current_schema(), platform.database_name
    if not Message.objects.exists():
        Desk().book(1)
    Message.objects.update(state="sent", lease_until=None)
    _pile_up(DUE_EACH)
    activate_public()
    print(f"\nlooking for work, {DUE_EACH} messages due in each busy tenant (median of {ROUNDS})")
    Tenant.objects.exclude(schema_name=like).update(status=Tenant.Status.SUSPENDED)
    busy = [like, *many_tenants.add_tenants(database, count=BUSY - 1, like=like, with_messages=True)]
    few = _measure_sweep(f"{BUSY} tenants, all busy", busy=BUSY)
    begun = time.perf_counter()
    many_tenants.add_tenants(database, count=total - BUSY, like=like)
    print(f"  ({total - BUSY} idle tenants made in {time.perf_counter() - begun:.0f} s)")
    many = _measure_sweep(f"{total} tenants, {BUSY} of them busy", busy=BUSY)
    print(f"  {'ratio':<34} sweep {many[0] / few[0]:8.2f}      rotation {many[1] / few[1]:8.2f}")
    for schema in busy[1:]:
        with use(by_schema(schema)):
            Message.objects.update(state="sent", lease_until=None)
    _measure_sweep(f"{total} tenants, one of them busy", busy=1)


def _measure_sweep(what: str, *, busy: int) -> tuple[float, float]:
    """Median seconds of a sweep and of a rotation. Nobody works meanwhile: each sweep wakes the same tenants."""
    forget()
    sweeps, rotations = [], []
    for _ in range(ROUNDS):
        rotations.append(_timed(tasks.rotate))
        woken = int(valkey().ask(lambda client: client.zcard(key("due"))))
        assert woken == busy, f"{woken} instead of {busy} tenants have something due"  # noqa: S101 - or all is void
        sweeps.append(_timed(tasks.sweep))
        _forget_turns()
    sweep, rotation = statistics.median(sweeps), statistics.median(rotations)
    queues = measure_queues(list(Tenant.objects.values_list("schema_name", flat=True)))
    oldest = max(queue.oldest_seconds for queue in queues.values())
    print(
        f"  {what:<34} sweep {sweep * 1000:8.1f} ms   rotation {rotation * 1000:8.1f} ms"
        f"   {busy} woken, the oldest due for {oldest:.0f} s"
    )
    return sweep, rotation


def _forget_turns() -> None:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.delete("sending", *client.keys("*:awake:*"))


# One message behind a hundred thousand.


def _fair(platform: Live, backlog: int) -> None:
    print(f"\na tenant's single message, from when it is due until it is sent (worker with {SLOTS} slots, beat)")
    _waits(platform, "south.test", greedy=[], backlog=0)
    _waits(platform, "south.test", greedy=["north.test"], backlog=backlog)


def _crowd(platform: Live, backlog: int) -> None:
    hosts = [f"crowd{number}.test" for number in range(BUSY - 1)]
    platform.environment["DATABASE_OWNER_URL"] = with_database(owner_url(), platform.database_name)
    for host in hosts:
        platform.manage("create_tenant", host.split(".")[0], "--name", host, "--domain", host)
    print("\na tenant's single message, in a crowd")
    _waits(platform, "south.test", greedy=hosts, backlog=backlog // 10)


def _waits(platform: Live, single: str, *, greedy: list[str], backlog: int) -> None:
    """Singles come one after the other while the greedy have plenty left: nobody waits for the end of that."""
    begun = time.perf_counter()
    for host in greedy:
        with platform.inside(host):
            Desk().book(1)
            _pile_up(backlog)
    made = time.perf_counter() - begun
    waits = []
    with _null_workers(platform):
        begun = time.perf_counter()
        with platform.inside(single):
            desk = Desk()
            time.sleep(3)
            for number in range(SINGLES):
                desk.book(1)
                wait_until(_nothing_due, "the single message", seconds=300)
                waits.append(_wait_of(desk.latest))
                time.sleep(0.1 + 0.037 * (number % 10))  # not in step with the beat
        lasted = time.perf_counter() - begun
    waits.sort()
    who = f"{len(greedy)} with {backlog} due each" if greedy else "nobody else"
    most = waits[len(waits) * 19 // 20 - 1]
    print(
        f"  {who:<26} median {statistics.median(waits):6.2f} s   19 of 20 within {most:6.2f} s"
        f"   longest {waits[-1]:6.2f} s   of {len(waits)}"
    )
    for host in greedy:
        with platform.inside(host):
            left = Message.objects.filter(state__in=["planned", "failed", "sending"])
            sent = backlog + 1 - left.count()
            print(
                f"    {host:<14} {sent / lasted:6.0f} messages a second meanwhile, the oldest due for {_oldest():.0f} s"
            )
            assert left.exists(), "the backlog was gone before the singles were through"  # noqa: S101 - or all is void
            left.update(state="cancelled", lease_until=None)
    if greedy:
        print(f"    (backlog made in {made:.0f} s)")


def _wait_of(booking_id: UUID) -> float:
    """Seconds from when the booking's message was due until it was sent, by the database's clock."""
    sent_at, due_at = Message.objects.values_list("sent_at", "due_at").get(subject_id=booking_id, state="sent")
    return (sent_at - due_at).total_seconds()  # type: ignore[operator]


def _pile_up(count: int) -> None:
    """So many due messages more, about bookings of their own, in the current tenant."""
    first = Message.objects.filter(event="booked").order_by("created_at").values_list("subject_id", flat=True)[0]
    copy_booking(first, count)


def _oldest() -> float:
    schema = current_schema()
    with use_public():
        return measure_queues([schema])[schema].oldest_seconds


@contextmanager
def _null_workers(platform: Live) -> Iterator[None]:
    """The sender as `bin/run` starts it, the worker for the sweep, and a beat."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
    for name, queue, slots in (("sender", "sending", SLOTS), ("sweeper", "celery", 1)):
        platform._start(  # noqa: SLF001 - as its start_worker, with other channels
            name, "bench.null_worker", "-A", "config", "worker", "--concurrency", str(slots), "--without-gossip",
            "--without-mingle", "--queues", queue, "--loglevel", "INFO", "-n", f"{name}-{platform.port}@%h",
        )  # fmt: skip
        wait_until(lambda name=name: b"ready." in platform.log(name), name, seconds=90)  # type: ignore[misc]
    platform.start_beat()
    try:
        yield
    finally:
        for name in ("beat", "sender", "sweeper"):
            platform.stop(name)
            (platform.folder / f"{name}.log").write_bytes(b"")


def _nothing_due() -> bool:
    return not Message.objects.filter(state__in=["planned", "failed", "sending"]).exists()


def _rate(work: Callable[[], int]) -> float:
    begun = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - begun)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _after(seconds: float) -> float:
    return time.monotonic() + seconds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--backlog", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--only", default="plan,send,fair,crowd,sweep", help="some of these")
    return parser.parse_args()


if __name__ == "__main__":
    main()
