"""What the notifications cost: looking for work in a thousand tenants, and doing it.

    bin/bench notifications [--tenants 1000] [--backlog 100000] [--messages 2000] [--only sweep,send,fair,plan]

sweep: the time of a sweep (hints taken, workers woken) and of a rotation over all tenants, ten of which have due work,
with ten tenants and with all of them in the same run; and with all of them idle but one.
send: messages a second through a transport that does nothing, of one process, next to the same claims, looks and marks
in plain SQL on one connection; then of all the slots of the sender.
fair: how long one message of a tenant waits while another tenant has a backlog, with a real worker and its beat.
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
from tenants.resolution import ResolvedTenant, forget, resolve  # noqa: E402
from tenants.valkey import key, valkey  # noqa: E402
from tests.notifications.faults.desk import Desk  # noqa: E402
from tests.support.database import drop_template, owner_url, with_database  # noqa: E402
from tests.support.live import Live, live, wait_until  # noqa: E402

BUSY = 10
SLOTS = 3
ROUNDS = 21


def main() -> None:
    options = _options()
    say_machine()
    # The lines of ten thousand messages are not what is to be read here.
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        try:
            tenants = _busy_tenants(platform)
            with platform.inside("north.test"):
                null.install()
                if "plan" in options.only:
                    _plan()
                if "send" in options.only:
                    _send(platform, tenants[0], options.messages)
                if "sweep" in options.only:
                    _sweep(platform, tenants, options.tenants)
            if "fair" in options.only:
                _fair(platform, tenants, options.backlog)
        finally:
            platform.stop_all()
            drop_template()


def _busy_tenants(platform: Live) -> list[ResolvedTenant]:
    """Ten real ones."""
    hosts = ["north.test", "south.test", *(f"busy{number}.test" for number in range(2, BUSY))]
    platform.environment["DATABASE_OWNER_URL"] = with_database(owner_url(), platform.database_name)
    for host in hosts[2:]:
        platform.manage("create_tenant", host.split(".")[0], "--name", host, "--domain", host)
    found = []
    for host in hosts:
        with platform.inside(host):
            tenant = resolve(host=host, number=None)
            assert tenant is not None  # noqa: S101 - it was made above
            found.append(tenant)
    return found


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


def _send(platform: Live, tenant: ResolvedTenant, messages: int) -> None:
    print(f"\nsending {messages} messages through a transport that does nothing")
    Desk().book(1)
    many_tenants.pile_up(messages + 199)
    ours = _rate(lambda: sending.send_due(deadline=_after(messages / 5000)))
    ours = _rate(lambda: sending.send_due(deadline=_after(60)))
    many_tenants.pile_up(messages)
    raw = _rate(lambda: _in_sql(platform, tenant))
    print(f"  one process        {ours:8.0f}/s")
    print(f"  plain SQL          {raw:8.0f}/s   ratio {ours / raw:.3f}")
    many_tenants.pile_up(messages * 2)
    with _null_workers(platform):
        begun = time.perf_counter()
        wait_until(_nothing_due, "the messages", seconds=600)
        print(f"  a worker, {SLOTS} slots, one tenant   {messages * 2 / (time.perf_counter() - begun):8.0f}/s")


def _in_sql(platform: Live, tenant: ResolvedTenant) -> int:
    """The claims of ten, a look at the booking and the rule before each, and the mark: nothing else."""
    done = 0
    with psycopg.connect(platform.environment["DATABASE_URL"], autocommit=True, prepare_threshold=1) as raw:
        raw.execute(f"SET search_path = {tenant.schema_name}")
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


def _sweep(platform: Live, tenants: list[ResolvedTenant], total: int) -> None:
    for tenant in tenants:
        with use(tenant):
            if not Message.objects.exists():
                Desk().book(1)
            many_tenants.pile_up(200)
    activate_public()
    print("\nlooking for work (median of 21)")
    few = _measure_sweep(f"{len(tenants)} tenants, all busy")
    begun = time.perf_counter()
    many_tenants.add_idle(platform.database_name, count=total - len(tenants), like=tenants[0].schema_name)
    print(f"  ({total - len(tenants)} idle tenants made in {time.perf_counter() - begun:.0f} s)")
    many = _measure_sweep(f"{total} tenants, {len(tenants)} of them busy")
    print(f"  {'ratio':<34} sweep {many[0] / few[0]:8.2f}      rotation {many[1] / few[1]:8.2f}")
    for tenant in tenants[1:]:
        with use(tenant):
            Message.objects.update(state="sent", lease_until=None)
    activate_public()
    _measure_sweep(f"{total} tenants, one of them busy")


def _measure_sweep(what: str) -> tuple[float, float]:
    """Median seconds of a sweep and of a rotation. Nobody works meanwhile: each sweep wakes the same tenants."""
    forget()
    sweeps, rotations = [], []
    woken = 0
    for _ in range(ROUNDS):
        rotations.append(_timed(tasks.rotate))
        woken = int(valkey().ask(lambda client: client.zcard(key("due"))))
        sweeps.append(_timed(tasks.sweep))
        _forget_turns()
    sweep, rotation = statistics.median(sweeps), statistics.median(rotations)
    oldest = max(queue.oldest_seconds for queue in measure_queues(_schemas()).values())
    print(
        f"  {what:<34} sweep {sweep * 1000:8.1f} ms   rotation {rotation * 1000:8.1f} ms"
        f"   {woken} woken, the oldest due for {oldest:.0f} s"
    )
    return sweep, rotation


def _schemas() -> list[str]:
    return list(Tenant.objects.values_list("schema_name", flat=True))


def _forget_turns() -> None:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.delete("sending", *client.keys("*:awake:*"))


# One message behind a hundred thousand.


def _fair(platform: Live, tenants: list[ResolvedTenant], backlog: int) -> None:
    print(f"\na tenant's single message, while other tenants have {backlog} due each (worker with {SLOTS} slots, beat)")
    for greedy in (0, 1, len(tenants) - 1):
        waits = _waits(platform, tenants, greedy=greedy, backlog=backlog if greedy <= 1 else backlog // 10)
        many = f"{greedy} with {backlog if greedy <= 1 else backlog // 10}" if greedy else "nobody else"
        print(f"  {many:<22} median {statistics.median(waits):6.2f} s   longest {max(waits):6.2f} s   of {len(waits)}")


def _waits(platform: Live, tenants: list[ResolvedTenant], *, greedy: int, backlog: int) -> list[float]:
    for number in range(greedy):
        with platform.inside(f"{tenants[number].slug}.test"):
            if not Message.objects.exists():
                Desk().book(1)
            Message.objects.filter(state__in=["planned", "failed"]).update(state="cancelled")
            many_tenants.pile_up(backlog)
    waits = []
    with _null_workers(platform), platform.inside(f"{tenants[-1].slug}.test"):
        desk = Desk()
        time.sleep(3)
        for _ in range(10):
            begun = time.perf_counter()
            desk.book(1)
            wait_until(_nothing_due, "the single message", seconds=300)
            waits.append(time.perf_counter() - begun)
    for number in range(greedy):
        with platform.inside(f"{tenants[number].slug}.test"):
            left = Message.objects.filter(state="planned")
            print(f"    {tenants[number].slug}: {left.count()} still to send, the oldest due for {_oldest():.0f} s")
            left.update(state="cancelled")
    return waits


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
    parser.add_argument("--only", default="plan,send,sweep,fair", help="some of: plan, send, sweep, fair")
    return parser.parse_args()


if __name__ == "__main__":
    main()
