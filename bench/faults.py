"""Whether each message arrives once, and only while it is true, whatever goes wrong with the servers around.

    bin/bench faults [--messages 10000] [--fault smtp_4xx ...]

Bookings are planned by the real planner; Celery workers and beats send to an SMTP server in a process of its own.
While they do, the fault happens, again and again. Afterwards every booking is compared with what the server was given.
Without `--fault` all faults, one after the other, each on a fresh database. The exit code is 1 when one doesn't hold.

Waiting is shortened, and how often is printed: see tests/notifications/faults/run.py.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

django.setup()

from bench.booking import NoBlocker, say_machine  # noqa: E402 - after the setup
from tests.notifications.faults.kinds import FAULTS  # noqa: E402
from tests.notifications.faults.run import Run  # noqa: E402
from tests.notifications.faults.verdict import Verdict  # noqa: E402
from tests.support.database import drop_template  # noqa: E402
from tests.support.live import live  # noqa: E402

_COLUMNS = (
    "expected",
    "refused",
    "received",
    "missing",
    "duplicates",
    "in_windows",
    "deduplicated",
    "unanswered",
    "untrue",
    "in_flight",
)


def main() -> None:
    options = _options()
    say_machine()
    verdicts: dict[str, Verdict] = {}
    try:
        for name in options.fault or FAULTS:
            verdicts[name] = _run(name, options.messages)
            print(_line(name, verdicts[name]), flush=True)
    finally:
        drop_template()
    _report(verdicts)
    sys.exit(not all(verdict.holds for verdict in verdicts.values()))


def _run(name: str, messages: int) -> Verdict:
    fault = FAULTS[name]
    print(f"\n{name}: {fault.text}", flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform,
        platform.inside("north.test"),
    ):
        run = Run(platform, fault, messages, Path(folder), progress=lambda text: print(f"  {text}", flush=True))
        verdict = run.perform()
        print("  " + ", ".join(f"{count} {what}" for what, count in sorted(run.seen.items()) if count), flush=True)
        return verdict


def _report(verdicts: dict[str, Verdict]) -> None:
    print("\n" + f"{'fault':<13}" + "".join(f"{name.replace('_', ' '):>13}" for name in _COLUMNS) + "   seconds")
    for name, verdict in verdicts.items():
        print(_line(name, verdict))
    print(
        "\nduplicates: accepted again under one Message-ID; in windows: of these, those that a worker had in its hands"
        "\n  when it was killed, taken by the server and not marked; deduplicated: what is heard twice all the same by"
        "\n  a receiver that knows Message-IDs again."
        "\nunanswered: taken in without an answer, and so sent again. untrue: MAIL came over 0.25 s after the booking's"
        "\n  change had been committed; in flight: MAIL came within that time."
    )


def _line(name: str, verdict: Verdict) -> str:
    figures = "".join(f"{getattr(verdict, column):>13}" for column in _COLUMNS)
    open_ = f", {verdict.open_at_the_end} still open" if verdict.open_at_the_end else ""
    return f"{name:<13}{figures}{verdict.seconds:>10.0f}   {'holds' if verdict.holds else 'DOES NOT HOLD'}{open_}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--fault", action="append", choices=list(FAULTS), help="more than once for several")
    return parser.parse_args()


if __name__ == "__main__":
    main()
