"""What the edge's features cost: bookings a second without and with them.

    bin/bench features [--seconds 8] [--rounds 4] [--processes 2]

Two web servers on one database take turns, in one run. *Without*: plain WSGI, no rate limits, no metrics, no log
line of the request, no content policy and CORS, and no audit trigger on bookings. *With*: all of these, as in
production. Idempotency, ETags, strict parsing and error envelopes are on both sides.
"""

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median

from bench import load
from bench.booking import CONNECTIONS, NoBlocker, Scene, say_machine
from tests.support.database import drop_template, owner_connection
from tests.support.live import Live, live

WITHOUT, WITH = "without", "with"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=8, help="of each of the measurements")
    parser.add_argument("--rounds", type=int, default=4, help="of which the median is shown")
    parser.add_argument("--processes", type=int, default=2, help="of each web server")
    options = parser.parse_args()
    say_machine()
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        other = platform.sibling()
        try:
            bench(platform, other, seconds=options.seconds, rounds=options.rounds, processes=options.processes)
        finally:
            other.stop_all()
            platform.stop_all()
            drop_template()


def bench(platform: Live, other: Live, *, seconds: int, rounds: int, processes: int) -> None:
    scene = Scene(platform)
    requests = scene.different_slots()
    other.environment["DJANGO_SETTINGS_MODULE"] = "bench.plain"
    other.start_web(processes=processes, plain=True)
    platform.start_web(processes=processes)
    found: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    for _ in range(rounds):
        for side, server in ((WITHOUT, other), (WITH, platform)):
            _audit(platform, scene.schema, on=side == WITH)
            load.run(port=server.port, connections=CONNECTIONS, seconds=1, requests=requests)
            result = load.run(port=server.port, connections=CONNECTIONS, seconds=seconds, requests=requests)
            if set(result.statuses) != {201}:
                raise RuntimeError(f"{side}: {dict(result.statuses)}")
            found[side].append(result.per_second)
            print(f"  {side:<8} {result.per_second:7.0f}/s   p95 {result.percentile(0.95):6.1f} ms", flush=True)
    without, with_them = median(found[WITHOUT]), median(found[WITH])
    print(f"\nbookings a second: {without:.0f} without, {with_them:.0f} with; ratio {with_them / without:.2f}")


def _audit(platform: Live, schema: str, *, on: bool) -> None:
    state = "ENABLE" if on else "DISABLE"
    with owner_connection(platform.database_name) as owner:
        owner.execute(f'ALTER TABLE "{schema}".bookings_coachbooking {state} TRIGGER audit_changes')


if __name__ == "__main__":
    main()
