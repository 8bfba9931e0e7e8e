"""What free starts cost, by the number of staff members and of reservations.

    bin/bench availability [--reservations 1000 100000 1000000] [--repeats 30]

One run, one database. For 1, 20 and 200 staff members, 31 days and starts each 15 minutes:

- *read*: the cheapest possible read of the busy rows of that period, through psycopg; nothing is made of them.
- *engine*: what the platform does: it reads hours, closures and busy time and decides. *listed*: the same, and the
  free starts written out, each with who could take it.
- *sweep*: the rows of *read*, and a walk over sorted lists in Python.
- *multirange*: Postgres subtracts (range_agg) and cuts the free time into starts (generate_series).
- *gist*: as *read*, but by the index of the constraint instead of the one by start.
- *own hours*: as *engine*, where no two staff members have the same working hours.

Then over HTTP, one connection to one server process, in turns: an authenticated endpoint that reads the token alone
(*empty*), `GET /v1/availability` for one staff member and 31 days, and the same with `If-None-Match`: 304.

Each figure is the median of the repeats, in milliseconds. Half of the time of each staff member is taken, in pieces of
30 minutes, from the middle of the period back and forth as far as the number of reservations goes: rows outside of the
period grow, those within don't.
"""

import argparse
import os
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from functools import partial
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import django
import httpx

django.setup()

from django.db import connection  # noqa: E402 - after the setup

from bench import load  # noqa: E402
from bench.booking import NoBlocker, say_machine  # noqa: E402
from scheduling.models import WorkingHours  # noqa: E402
from scheduling.rules.intervals import Period  # noqa: E402
from scheduling.selectors.availability import Question, ask  # noqa: E402
from scheduling.selectors.schedules import hours_offers  # noqa: E402
from tenants.brands.models import Brand  # noqa: E402
from tests.support import cast  # noqa: E402
from tests.support.database import drop_template, owner_connection  # noqa: E402
from tests.support.live import Live, live  # noqa: E402

HOST = "north.test"
STAFF = 200
DAYS = 31
STEP = LENGTH = 15
# Over HTTP, of each kind of request in a round.
SECONDS = 0.2
PORTION = 100_000
# A Monday, far enough ahead for a server that knows the real time.
NOW = datetime(2030, 2, 4, tzinfo=UTC)
WITHIN = Period(NOW + timedelta(days=1), NOW + timedelta(days=1 + DAYS))
OPENS, CLOSES = wall(8), wall(18)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reservations", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=30)
    options = parser.parse_args()
    say_machine()
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        try:
            bench(platform, options.reservations, repeats=options.repeats)
        finally:
            platform.stop_all()
            drop_template()


def bench(platform: Live, numbers: list[int], *, repeats: int) -> None:
    with platform.inside(HOST):
        staff = _staff()
        brand_id = Brand.objects.get(is_default=True).pk
        token = cast.make_token()
    platform.start_web(processes=1)
    stored = 0
    for number in numbers:
        with platform.inside(HOST):
            while stored < number:
                _reserve(list(staff), stored, min(number, stored + PORTION))
                stored = min(number, stored + PORTION)
                print(f"{stored:>9,} reservations", file=sys.stderr)
        with owner_connection(platform.database_name) as owner:
            owner.execute("ANALYZE")
        with platform.inside(HOST):
            for count in (1, 20, 200):
                asked = dict(list(staff.items())[:count])
                resources = list(asked)
                found = {
                    "read": _timed(partial(_read, resources), repeats),
                    "engine": _timed(partial(_engine, asked, brand_id), repeats),
                    "own hours": _with_own_hours(partial(_timed, partial(_engine, asked, brand_id), repeats)),
                    "listed": _timed(partial(_listed, asked, brand_id), repeats),
                    "sweep": _timed(partial(_sweep, resources), repeats),
                    "multirange": _timed(partial(_multirange, resources), max(3, repeats // 10)),
                    "gist": _timed(partial(_read, resources, by_start=False), max(3, repeats // 10)),
                }
                offered = _listed(asked, brand_id)
                if offered != _sweep(resources) or offered != _multirange(resources):
                    raise RuntimeError("They do not agree on what is free.")
                print(
                    f"{number:>9,} reservations, {count:>3} staff, {len(_read(resources)):>6} rows, "
                    f"{sum(map(len, offered.values())):>7} starts: "
                    + ", ".join(f"{name} {taken:.2f}" for name, taken in found.items())
                    + f" ms; engine less read {found['engine'] - found['read']:+.2f} ms,"
                    + f" ratio {found['engine'] / found['read']:.2f}",
                    flush=True,
                )
        over_http(platform, token, next(iter(staff.values())), rounds=repeats)


def over_http(platform: Live, token: str, staff_id: UUID, *, rounds: int) -> None:
    query = urlencode({
        "staff_id": staff_id, "duration_minutes": LENGTH, "timezone": "UTC",
        "from": WITHIN.start.isoformat(), "to": WITHIN.end.isoformat(),
    })  # fmt: skip
    headers = {"Host": HOST, "Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{platform.url}/v1/availability?{query}", headers=headers).raise_for_status()
    asked = {
        "empty": load.get("/v1/notification-templates/variables", headers),
        "availability": load.get(f"/v1/availability?{query}", headers),
        "304": load.get(f"/v1/availability?{query}", {**headers, "If-None-Match": answer.headers["ETag"]}),
    }
    results = {name: load.Result() for name in asked}
    for _ in range(rounds):
        for name, request in asked.items():
            result = load.run(port=platform.port, connections=1, seconds=SECONDS, requests=repeat(request))
            results[name].latencies += result.latencies
            results[name].statuses += result.statuses
    print(f"{'HTTP':>9}, 1 staff member, {len(answer.content):,} bytes", end="")
    for name, result in results.items():
        if set(result.statuses) != {304 if name == "304" else 200}:
            raise RuntimeError(f"{name}: {dict(result.statuses)}")
        p50, p95 = (result.percentile(share) for share in (0.5, 0.95))
        ratios = [p50 / results["empty"].percentile(0.5), p95 / results["empty"].percentile(0.95)]
        print(f"; {name} p50 {p50:.2f} p95 {p95:.2f} ms (ratios {ratios[0]:.2f} {ratios[1]:.2f})", end="")
    print(flush=True)


def _timed(work: Callable[[], Any], repeats: int) -> float:
    """In milliseconds, the median; once before, not counted."""
    taken = []
    work()
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)


def _with_own_hours(work: Callable[[], float]) -> float:
    """The same windows, but in force since another day for each."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scheduling_workinghours SET valid_from = date '2000-01-01' + resource_id::int")
    try:
        return work()
    finally:
        WorkingHours.objects.update(valid_from=None)


def _staff() -> dict[int, UUID]:
    """Resource to person."""
    coaches = [cast.make_coach(f"Staff{number}") for number in range(STAFF)]
    resources = {coach.resource_id: coach.person_id for coach in coaches}
    WorkingHours.objects.bulk_create(
        WorkingHours(resource_id=resource, weekday=weekday, starts=OPENS, ends=CLOSES)
        for resource in resources
        for weekday in range(1, 6)
    )
    return resources


def _reserve(resources: list[int], first: int, last: int) -> None:
    """Adds reservations until there are `last`: each hour of the working day the first half, on days farther and
    farther from the middle of the period."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO scheduling_reservation
                (resource_id, during, exclusive, active, subject_kind, subject_id, overbook_reason, created_at)
            SELECT resource, tstzrange(at, at + interval '30 minutes'), true, true, 'bench',
                gen_random_uuid(), '', %(now)s
            FROM (
                SELECT (%(resources)s::bigint[])[number %% %(staff)s + 1] AS resource,
                    %(middle)s::timestamptz + interval '1 hour' * (8 + piece %% 10)
                    + interval '1 day' * (CASE WHEN day %% 2 = 0 THEN day / 2 ELSE -(day + 1) / 2 END) AS at
                FROM (
                    SELECT number, number / %(staff)s AS piece, number / %(staff)s / 10 AS day
                    FROM generate_series(%(first)s, %(last)s - 1) AS number
                ) AS numbered
            ) AS wanted
            """,
            {
                "now": NOW, "resources": resources, "staff": STAFF, "first": first, "last": last,
                "middle": (WITHIN.start + timedelta(days=DAYS // 2)).replace(hour=0),
            },
        )  # fmt: skip


def _read(resources: list[int], *, by_start: bool = True) -> list[tuple[Any, ...]]:
    within = (
        "lower(during) >= %(start)s AND lower(during) < %(end)s"
        if by_start
        else "during && tstzrange(%(start)s, %(end)s)"
    )
    with connection.connection.cursor(binary=True) as cursor:
        cursor.execute(
            f"""
            SELECT resource_id, lower(during), upper(during) FROM scheduling_reservation
            WHERE resource_id = ANY(%(resources)s) AND exclusive AND active AND {within}
            """,
            {"resources": resources, "start": WITHIN.start, "end": WITHIN.end},
        )
        return cursor.fetchall()  # type: ignore[no-any-return]


def _engine(staff: dict[int, UUID], brand_id: UUID) -> tuple[Question, list[int]]:
    """What the endpoint does before it writes the answer: reads and decides."""
    offers = hours_offers(brand_id=brand_id, staff_ids=staff.values(), within=WITHIN, minutes=LENGTH, step=STEP)
    question = ask(offers, brand_id=brand_id, within=WITHIN)
    return question, question.free(now=NOW)


def _listed(staff: dict[int, UUID], brand_id: UUID) -> dict[int, list[datetime]]:
    """As `_engine`, with the starts written out."""
    question, free = _engine(staff, brand_id)
    found: dict[int, list[datetime]] = {resource: [] for resource in staff}
    for start, offers in question.by_start(free):
        for offer in offers:
            found[offer.resource_id].append(start)
    return found


def _sweep(resources: list[int]) -> dict[int, list[datetime]]:
    busy: dict[int, list[tuple[datetime, datetime]]] = {resource: [] for resource in resources}
    for resource, start, end in _read(resources):
        busy[resource].append((start, end))
    length = timedelta(minutes=LENGTH)
    free = {}
    for resource, taken in busy.items():
        taken.sort()
        ends = [end for _start, end in taken]
        found = []
        for at in _grid():
            after = bisect_right(ends, at)
            if after == len(taken) or taken[after][0] >= at + length:
                found.append(at)
        free[resource] = found
    return free


def _grid() -> list[datetime]:
    found = []
    for number in range(DAYS):
        day = WITHIN.start + timedelta(days=number)
        if day.isoweekday() <= 5:
            opens = day.replace(hour=OPENS.hour)
            found += [opens + timedelta(minutes=STEP * step) for step in range((CLOSES.hour - OPENS.hour) * 60 // STEP)]
    return found


def _multirange(resources: list[int]) -> dict[int, list[datetime]]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off" if connection.in_atomic_block else "SET jit = off")
        cursor.execute(
            """
            SELECT resource, array_agg(at ORDER BY at) FROM (
                SELECT resource, at FROM unnest(%(resources)s::bigint[]) AS resource
                CROSS JOIN LATERAL (
                    SELECT (
                        SELECT range_agg(tstzrange(day + %(opens)s::time, day + %(closes)s::time))
                        FROM generate_series(%(start)s, %(end)s - interval '1 day', interval '1 day') AS day
                        WHERE extract(isodow FROM day) <= 5
                    ) - coalesce((
                        SELECT range_agg(during) FROM scheduling_reservation
                        WHERE resource_id = resource AND exclusive AND active
                            AND lower(during) >= %(start)s AND lower(during) < %(end)s
                    ), '{}'::tstzmultirange) AS free
                ) AS left_over
                CROSS JOIN LATERAL unnest(free) AS gap
                CROSS JOIN LATERAL generate_series(
                    lower(gap), upper(gap) - %(length)s * interval '1 minute', %(step)s * interval '1 minute'
                ) AS at
            ) AS found GROUP BY resource
            """,
            {
                "resources": resources, "start": WITHIN.start, "end": WITHIN.end,
                "opens": OPENS.isoformat(), "closes": CLOSES.isoformat(),
                "length": LENGTH, "step": STEP,
            },
        )  # fmt: skip
        return dict(cursor.fetchall())


if __name__ == "__main__":
    main()
