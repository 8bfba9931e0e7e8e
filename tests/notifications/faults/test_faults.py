"""A few hundred messages under each fault; `bin/bench faults` sends ten thousand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.notifications.faults.kinds import FAULTS
from tests.notifications.faults.run import Run
from tests.notifications.faults.verdict import Verdict
from tests.support.database import owner_connection
from tests.support.live import Live

pytestmark = pytest.mark.serial

MESSAGES = 150


@pytest.fixture
def inside(django_db_setup: None, platform: Live) -> Iterator[Live]:
    """The tenant north of the platform's database, which survives a crash of Postgres as in production."""
    with owner_connection(platform.database_name) as owner:
        owner.execute(f'ALTER DATABASE "{platform.database_name}" SET synchronous_commit = on')
    with platform.inside("north.test"):
        yield platform


@pytest.mark.parametrize("name", FAULTS)
def test_every_message_arrives_once_and_only_while_it_is_true(inside: Live, tmp_path: Path, name: str) -> None:
    run = Run(inside, FAULTS[name], MESSAGES, tmp_path, timeout=120)

    verdict = run.perform()

    assert (verdict.missing, verdict.untrue, verdict.open_at_the_end) == (0, 0, 0), verdict
    assert (verdict.duplicates, verdict.deduplicated) == (verdict.in_windows, 0), verdict
    assert verdict.holds
    assert verdict.received >= verdict.expected > 0
    assert _happened(name, verdict, run), "the fault itself"


def _happened(name: str, verdict: Verdict, run: Run) -> Any:
    """Whether what was to go wrong went wrong."""
    return {
        "smtp_4xx": run.seen["retries made due at once"],
        "smtp_5xx": verdict.refused,
        "smtp_drop": verdict.unanswered,
        "valkey_flush": run.seen["flushes"],
        "valkey_stop": run.seen["stops of Valkey"],
        "postgres": run.seen["crashes of Postgres"],
        # Each of those two sends its message again.
        "worker_kill": run.seen["kills"] >= 3 and verdict.duplicates >= 2,
        "changes": run.seen["bookings cancelled or moved"],
    }.get(name, True)
