"""What the audit adds to a booking in the database.

    bin/bench audit [--seconds 5] [--rounds 3]

pgbench repeats the SQL statements of a booking, as captured from one request: as they are, and with the trigger of
bookings disabled and the signature left out. The two take turns on one database. One connection shows the time
that a booking takes longer, 16 show the throughput.
"""

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median

from bench import sql
from bench.booking import NoBlocker, Scene
from tests.support.database import drop_template, owner_connection
from tests.support.live import Live, live


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="of each of the measurements")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median is shown")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        try:
            bench(platform, seconds=options.seconds, rounds=options.rounds)
        finally:
            drop_template()


def bench(platform: Live, *, seconds: int, rounds: int) -> None:
    scene = Scene(platform)
    statements = scene.statements_of_a_booking()
    unsigned = [statement for statement in statements if "slotkeeper.signature" not in statement]
    print(f"{len(statements)} statements with the audit, {len(unsigned)} without")
    for connections in (1, 16):
        for protocol in ("simple", "prepared"):
            found: dict[bool, list[sql.Limit]] = {True: [], False: []}
            for _ in range(rounds):
                for audited in (True, False):
                    _switch(platform, scene.schema, on=audited)
                    limit = sql.pgbench(
                        url=platform.environment["DATABASE_URL"], schema=scene.schema, connections=connections,
                        statements=statements if audited else unsigned, seconds=seconds, protocol=protocol,
                    )  # fmt: skip
                    found[audited].append(limit)
            _print(connections, protocol, found)


def _switch(platform: Live, schema: str, *, on: bool) -> None:
    state = "ENABLE" if on else "DISABLE"
    with owner_connection(platform.database_name) as owner:
        owner.execute(f'ALTER TABLE "{schema}".bookings_coachbooking {state} TRIGGER audit_changes')


def _print(connections: int, protocol: str, found: dict[bool, list[sql.Limit]]) -> None:
    with_it, without = (median(limit.per_second for limit in found[audited]) for audited in (True, False))
    slower, faster = (median(limit.average for limit in found[audited]) for audited in (True, False))
    print(
        f"{connections:3} connections, {protocol:<8}  with {with_it:6.0f}/s {slower:7.3f} ms   "
        f"without {without:6.0f}/s {faster:7.3f} ms   ratio {with_it / without:.3f}   +{slower - faster:.3f} ms"
    )


if __name__ == "__main__":
    main()
