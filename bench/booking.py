"""How many bookings a second, of those that the database alone could store.

    bin/bench booking [--seconds 15] [--processes 2]

Both sides run on the same machine, database and minute: HTTP requests that book coach slots through
granian, with 16 connections; and pgbench with 16 connections repeating the very SQL statements that such a
request sends, as captured from one. Then the same for 16 connections that all want one taken slot.
The load generator, the server and Postgres share the machine's cores.
"""

import argparse
import itertools
import json
import os
import platform as machine
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - after the setup
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import load, sql  # noqa: E402
from tenants.resolution import resolve  # noqa: E402
from tests.support import cast  # noqa: E402
from tests.support.database import drop_template  # noqa: E402
from tests.support.http import Rest  # noqa: E402
from tests.support.live import Live, live  # noqa: E402

CONNECTIONS = 16
COACHES = 64
SLOT_MINUTES = 30
HOST = "north.test"
MIDNIGHT = time(0)


class NoBlocker:
    """pytest-django guards the database; outside of pytest nothing does."""

    def unblock(self) -> Any:
        return nullcontext()


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        try:
            bench(platform, seconds=options.seconds, processes=options.processes)
        finally:
            platform.stop_all()
            drop_template()


def bench(platform: Live, *, seconds: int, processes: int) -> None:
    scene = Scene(platform)
    platform.start_web(processes=processes)
    for name, statements, requests in (
        ("different slots", scene.statements_of_a_booking(), scene.different_slots()),
        ("one taken slot", scene.statements_of_a_refusal(), scene.one_slot()),
    ):
        load.run(port=platform.port, connections=CONNECTIONS, seconds=2, requests=requests)
        ours = load.run(port=platform.port, connections=CONNECTIONS, seconds=seconds, requests=requests)
        limits = {
            protocol: sql.pgbench(
                url=platform.environment["DATABASE_URL"], schema=scene.schema, statements=statements,
                connections=CONNECTIONS, seconds=seconds, protocol=protocol,
            )
            for protocol in ("simple", "prepared")
        }  # fmt: skip
        _print(name, statements, ours, limits)


class Scene:
    """Coaches with slots around the clock, one patient, and the requests for them."""

    def __init__(self, platform: Live) -> None:
        self.platform = platform
        with platform.inside(HOST):
            coaches = [cast.make_coach(f"Coach{n}") for n in range(COACHES)]
            for coach in coaches:
                cast.make_office_hour(coach, start_time=MIDNIGHT, end_time=MIDNIGHT, duration_minutes=SLOT_MINUTES)
            self.client = cast.make_client()
            self.token = cast.make_token(user=cast.make_user(self.client))
            self.schema = str(connection.schema_name)  # type: ignore[attr-defined]
        self.paths = [f"/v1/coaches/{coach.person_id}/bookings" for coach in coaches]
        self.first = cast.tomorrow_at(0, days=2)
        self._numbers = itertools.count(COACHES * 4)

    def different_slots(self) -> Iterator[load.Request]:
        for number in self._numbers:
            slot = self.first + timedelta(minutes=SLOT_MINUTES * (number // COACHES))
            yield self._request(self.paths[number % COACHES], slot)

    def one_slot(self) -> Iterator[load.Request]:
        while True:
            yield self._request(self.paths[0], self.first)

    def statements_of_a_booking(self) -> list[str]:
        """As `statements`, of a booking: `{slot}` stands for what differs from booking to booking."""
        statements, answer = self._captured(self.first, expected=201)
        booking = answer["id"]
        end = self.first + timedelta(minutes=SLOT_MINUTES)
        slot = f"('{self.first:%Y-%m-%d %H:%M:%S}+00'::timestamptz + {{slot}} * interval '{SLOT_MINUTES} minutes')"
        differing = {
            f"'{{\"{self.first.isoformat(sep=' ')}\"}}'": f"ARRAY[{slot}]",
            f"'{{\"{end.isoformat(sep=' ')}\"}}'": f"ARRAY[{slot} + interval '{SLOT_MINUTES} minutes']",
            f"'{self.first.isoformat(sep=' ')}'": slot,
            f"'{booking}'": "md5({slot}::text)::uuid",
            f"'{booking.replace('-', '')}'": "md5({slot}::text)::uuid",
        }
        for text, replacement in differing.items():
            statements = [statement.replace(text, replacement) for statement in statements]
        if not any("ARRAY[" in statement for statement in statements):
            raise RuntimeError("The reservation's span was not found among the statements.")
        return statements

    def statements_of_a_refusal(self) -> list[str]:
        """The statements of a request for a slot that is taken."""
        return self._captured(self.first, expected=409)[0]

    def _captured(self, slot: Any, *, expected: int) -> tuple[list[str], Any]:
        """The SQL of one request for the first coach's slot, with its literals, and the answer."""
        with self.platform.inside(HOST):
            tenant = resolve(host=HOST, number=None)
            rest = Rest(tenant, self.token)  # type: ignore[arg-type]
            body = {"slot_at": slot.isoformat()}
            # Once before, so that what a process remembers (the tenant) is not counted.
            rest.get(self.paths[0].replace("bookings", "office-hours"))
            with CaptureQueriesContext(connection) as captured:
                answer = rest.post(self.paths[0], body)
        if answer.status_code != expected:
            raise RuntimeError(f"{answer.status_code}: {answer.content!r}")
        # pgbench sets the search path once, as a connection that stays in its tenant does.
        statements = [q["sql"] for q in captured.captured_queries if not q["sql"].startswith("SET search_path")]
        return statements, answer.json()

    def _request(self, path: str, slot: Any) -> load.Request:
        headers = {"Host": HOST, "Authorization": f"Bearer {self.token}"}
        return load.post(path, json.dumps({"slot_at": slot.isoformat()}).encode(), headers)


def _print(name: str, statements: list[str], ours: load.Result, limits: dict[str, sql.Limit]) -> None:
    print(f"\n{name}, {CONNECTIONS} connections, {len(statements)} statements a request")
    print(
        f"  HTTP               {ours.per_second:8.0f}/s   p50 {ours.percentile(0.5):6.1f} ms   "
        f"p95 {ours.percentile(0.95):6.1f} ms   p99 {ours.percentile(0.99):6.1f} ms   {dict(ours.statuses)}"
    )
    for protocol, limit in limits.items():
        print(
            f"  pgbench {protocol:<10} {limit.per_second:8.0f}/s   average {limit.average:5.1f} ms   "
            f"ratio {ours.per_second / limit.per_second:.3f}"
        )


def say_machine() -> None:
    print(f"{machine.platform()}, Python {machine.python_version()}, {os.cpu_count()} cores")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=15, help="of each of the measurements")
    parser.add_argument("--processes", type=int, default=2, help="of the web server")
    options = parser.parse_args()
    say_machine()
    return options


if __name__ == "__main__":
    main()
