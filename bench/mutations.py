"""Whether the model of the notifications finds the mistakes that it is there to find.

    bin/bench mutations [--examples 0] [--jobs 1] [--only WORD ...]

Each mutation of tests/notifications/mutations.toml is applied to a copy of the code, and the model's test is run there.
It has to fail, and by an example that it found: a copy that does not even start proves nothing. First of all the test
is run on the code as it is, where it has to hold. The exit code is 1 when a mutation survives or can't be applied.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.booking import say_machine
from tests.notifications.mutations import Mutation, mutations
from tests.support.database import ROOT

TEST = "tests/notifications/test_model.py"
# A copy in which the sender never ends is red as well.
_PATIENCE_SECONDS = 600
_NO_COPY = shutil.ignore_patterns(".*", "__pycache__", "docs", "static_collected")
# Older and newer versions of hypothesis.
_EXAMPLE = re.compile(r"Falsifying example|Failing test case")
_FINDING = re.compile(r"^E\s+\S*Error: (?:\[.)?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """`how` is "holds", "caught" or "broken": the test ended in another way than by an example."""

    how: str
    finding: str
    seconds: float


def main() -> None:
    options = _options()
    wanted = [each for each in mutations() if not options.only or any(word in each.name for word in options.only)]
    say_machine()
    unchanged = _try(None, options.examples)
    print(f"{'as it is':<76} {unchanged.how:<9}{unchanged.seconds:>5.0f} s", flush=True)
    if unchanged.how != "holds":
        sys.exit(f"The model does not hold for the code as it is: {unchanged.finding}")
    survivors = [name for name, outcome in _all(wanted, options) if outcome.how != "caught"]
    print(
        f"\n{len(wanted) - len(survivors)} of {len(wanted)} caught", *(f"not: {name}" for name in survivors), sep="\n  "
    )
    sys.exit(bool(survivors))


def _all(wanted: Sequence[Mutation], options: argparse.Namespace) -> Iterator[tuple[str, Outcome]]:
    with ThreadPoolExecutor(options.jobs) as pool:
        for mutation, outcome in zip(wanted, pool.map(lambda each: _try(each, options.examples), wanted), strict=True):
            how = "SURVIVED" if outcome.how == "holds" else outcome.how
            print(f"{mutation.name:<76} {how:<9}{outcome.seconds:>5.0f} s   {outcome.finding}", flush=True)
            yield mutation.name, outcome


def _try(mutation: Mutation | None, examples: int) -> Outcome:
    begun = time.monotonic()
    with _copy() as folder:
        if mutation:
            mutation.apply(folder)
        how, finding = _run(folder, examples)
    return Outcome(how, finding, time.monotonic() - begun)


def _run(folder: Path, examples: int) -> tuple[str, str]:
    """What became of the test in a copy."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", TEST, "-n", "0", "-q", "-x", "-p", "no:cacheprovider"],
            cwd=folder,
            # Which example it was is enough here: not the smallest one.
            env={**os.environ, "NOTIFICATION_SHRINKS": "0", "NOTIFICATION_EXAMPLES": str(examples), "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "caught", "it never ends"
    if done.returncode == 0:
        return "holds", ""
    found = _FINDING.search(done.stdout)
    finding = found[1][:90] if found else done.stdout.strip().splitlines()[-1][:90]
    return ("caught" if _EXAMPLE.search(done.stdout) else "broken"), finding


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "code")
        shutil.copytree(ROOT, copy, ignore=_NO_COPY)
        yield copy


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=0, help="so many new sequences instead of the test's own 60")
    parser.add_argument("--jobs", type=int, default=1, help="so many at the same time")
    parser.add_argument("--only", nargs="+", help="those whose names contain one of these words")
    return parser.parse_args()


if __name__ == "__main__":
    main()
