"""Whether a write that is repeated is done once, whatever happens to its connection and to the server.

    bin/bench idempotency [--operations 10000] [--kill-every 60] [--crash-every 0] [--sabotage]

Bookings, cancellations, registrations and changes, some of them refused, are sent one to five times each with one
Idempotency-Key, in part at the same moment; connections are cut before and in the body, before and in the answer;
now and then a web process gets SIGKILL and (--crash-every) so does a backend of Postgres, which then restarts and
recovers. Afterwards the database is compared with what was answered. The exit code is 1 when an operation was
done twice, an answer differed from the first one, or something acknowledged is not there.

--sabotage sends without the key: the run must then find duplicates, and exits with 1.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django

django.setup()

from bench.booking import NoBlocker  # noqa: E402 - after the setup
from bench.cuts import Cut, send  # noqa: E402
from bench.operations import Operation, Scene, effects  # noqa: E402
from tests.support.database import drop_template, owner_connection  # noqa: E402
from tests.support.live import Live, live  # noqa: E402

# Granian takes two deaths of one process in 5.5 s for a crash loop, and stops.
BETWEEN_DEATHS = 7.0
# An operation that nobody answers is repeated until then: a process is being killed, a database restarts.
GIVE_UP = 60.0


@dataclass
class Plan:
    operations: int
    connections: int = 16
    processes: int = 2
    # Seconds between two deaths; 0 for none.
    kill_every: float = 0.0
    crash_every: float = 0.0
    sabotage: bool = False
    seed: int = 1


class Run:
    """`seen` counts what happened, `violations` says what must not have."""

    def __init__(self, platform: Live, plan: Plan) -> None:
        self.platform, self.plan = platform, plan
        self.chance = random.Random(plan.seed)
        self.seen: Counter[str] = Counter()
        self.violations: list[str] = []
        self.done: list[Operation] = []
        self.seconds = 0.0

    def perform(self) -> None:
        """Starts the web, sends everything, and compares."""
        self.platform.environment |= {"GRANIAN_RESPAWN_FAILED_WORKERS": "true", "GRANIAN_RESPAWN_INTERVAL": "0.2"}
        # One caller asks more than any may.
        self.platform.environment |= dict.fromkeys(("RATE_LIMIT_PRINCIPAL", "RATE_LIMIT_TENANT"), "999999999/s")
        self.scene = Scene(self.platform, seed=self.plan.seed)
        self.platform.start_web(processes=self.plan.processes)
        begun = time.monotonic()
        asyncio.run(self._send_all())
        self.seconds = time.monotonic() - begun
        self.platform.stop("web")
        self._compare()

    async def _send_all(self) -> None:
        others = [asyncio.create_task(self._progress())]
        if self.plan.kill_every:
            others.append(asyncio.create_task(self._every(self.plan.kill_every, self._kill_web)))
        if self.plan.crash_every:
            others.append(asyncio.create_task(self._every(self.plan.crash_every, self._crash_database)))
        try:
            await asyncio.gather(*(self._one_after_another() for _ in range(self.plan.connections)))
        finally:
            for task in others:
                task.cancel()

    async def _one_after_another(self) -> None:
        following: Operation | None = None
        while self.seen["operations"] < self.plan.operations:
            self.seen["operations"] += 1
            operation = following or self.scene.next()
            await self._send_repeatedly(operation)
            following = self.scene.after(operation)
            self.done.append(operation)

    async def _send_repeatedly(self, operation: Operation) -> None:
        """One to five times, the first two or three of them perhaps at once; then until there was an answer."""
        times = self.chance.randint(1, 5)
        at_once = min(times, self.chance.choice([1, 1, 2, 3]))
        await asyncio.gather(*(self._send(operation, cut=self._cut()) for _ in range(at_once)))
        for _ in range(times - at_once):
            await self._send(operation, cut=self._cut())
        # One in ten is left at that: of what nobody heard, the database may hold one or none.
        if not operation.answers and self.chance.random() < 0.1:
            self.seen["left unanswered"] += 1
            return
        give_up = time.monotonic() + GIVE_UP
        while not operation.answers and time.monotonic() < give_up:
            await self._send(operation, cut=None)
            if not operation.answers:
                await asyncio.sleep(0.2)
        if not operation.answers:
            self.violations.append(f"{operation.name}: no answer within {GIVE_UP:.0f} s")
        elif self.chance.random() < 0.05:
            await self._misuse(operation)

    async def _send(self, operation: Operation, *, cut: Cut | None) -> None:
        head, body = operation.request(keyed=not self.plan.sabotage)
        self.seen["sends"] += 1
        if cut:
            self.seen[f"cut {cut.value}"] += 1
        answer = await send(port=self.platform.port, head=head, body=body, cut=cut, chance=self.chance)
        if cut is None and answer is None:
            self.seen["broken by the server's death"] += 1
        operation.take(answer, self.seen)

    async def _misuse(self, operation: Operation) -> None:
        """Another request under the same key, which must be told so."""
        head, body = operation.request(keyed=not self.plan.sabotage, changes={"unknown": "another body"})
        answer = await send(port=self.platform.port, head=head, body=body, cut=None, chance=self.chance)
        if answer is None or answer.status in {429, 503}:
            return
        self.seen["misused keys"] += 1
        if answer.status != 422:
            self.violations.append(f"{operation.name}: its key for another body was answered {answer.status}")

    def _cut(self) -> Cut | None:
        wheres: list[Cut | None] = [None, None, None, *Cut]
        return self.chance.choice(wheres)

    async def _every(self, seconds: float, work: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(seconds)
            work()

    def _kill_web(self) -> None:
        """One of the web's worker processes; its supervisor starts another."""
        workers = _workers(self.platform.pid("web"))
        if len(workers) < self.plan.processes:
            return  # the last one's successor is not there yet
        os.kill(self.chance.choice(workers), signal.SIGKILL)
        self.seen["web processes killed"] += 1

    def _crash_database(self) -> None:
        """A backend that dies of SIGKILL makes Postgres end all others, restart and recover from its log."""
        with owner_connection(self.platform.database_name) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
        self.seen["Postgres crashes"] += 1

    async def _progress(self) -> None:
        while True:
            before = self.seen["operations"]
            await asyncio.sleep(10)
            rate = (self.seen["operations"] - before) / 10
            print(f"{self.seen['operations']:8} of {self.plan.operations}   {rate:5.0f}/s", flush=True)

    def _compare(self) -> None:
        times = effects(self.platform)
        for operation in self.done:
            found, wanted = times[operation.name], operation.status < 300
            said = operation.violations()
            if operation.is_acknowledged and found == 0:
                said.append("acknowledged, and not there")
            if found > wanted or found < 0:
                said.append(f"done {found} times" if found > 0 else "half of it is there, or its mail twice")
            self.violations += [f"{operation.name} ({operation.kind}): {text}" for text in said]
            self.seen[f"kind: {operation.kind}"] += 1
            self.seen["acknowledged"] += operation.is_acknowledged
            self.seen["refused"] += bool(operation.answers) and not operation.is_acknowledged
        unexpected = self.platform.log("web").count(b"Unexpected in request")
        if unexpected:
            self.violations.append(f"{unexpected} unexpected errors in the web's log")


def _workers(pid: int) -> list[int]:
    """The processes of the web server that answer requests."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"resource_tracker" not in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
    return found


def report(run: Run) -> None:
    print(
        f"\n{run.seen['operations']} operations in {run.seconds:.0f} s ({run.seen['sends'] / run.seconds:.0f} sends/s)"
    )
    for name, number in sorted(run.seen.items()):
        print(f"  {name:<32} {number:8}")
    print(f"  {'violations':<32} {len(run.violations):8}")
    for text in run.violations[:20]:
        print(f"    {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--kill-every", type=float, default=20, metavar="SECONDS", help="a web process (0: never)")
    parser.add_argument("--crash-every", type=float, default=0, metavar="SECONDS", help="Postgres (0: never)")
    parser.add_argument("--sabotage", action="store_true", help="send without keys; duplicates must be found")
    parser.add_argument("--seed", type=int, default=1)
    plan = Plan(**vars(parser.parse_args()))
    if 0 < plan.kill_every < BETWEEN_DEATHS:
        parser.error(f"--kill-every: at least {BETWEEN_DEATHS:.0f} seconds")
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        run = Run(platform, plan)
        try:
            run.perform()
        finally:
            platform.stop_all()
            drop_template()
    report(run)
    sys.exit(1 if run.violations else 0)


if __name__ == "__main__":
    main()
