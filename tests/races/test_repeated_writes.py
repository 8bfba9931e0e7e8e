"""A small run of `bench/idempotency.py`: repeated, cut and killed, each write is done once; and the control."""

import pytest

from bench.idempotency import Plan, Run
from tests.support.live import Live

pytestmark = pytest.mark.serial


def test_a_write_that_is_repeated_and_cut_is_done_once(platform: Live) -> None:
    run = Run(platform, Plan(operations=200, kill_every=7))

    run.perform()

    assert run.violations == []
    assert run.seen["acknowledged"] > 100
    assert run.seen["replays"] > 50
    assert min(run.seen[f"cut {where}"] for where in ("before the body", "in the body", "before the answer")) > 10


def test_without_its_key_it_is_done_more_than_once(platform: Live) -> None:
    run = Run(platform, Plan(operations=30, sabotage=True))

    run.perform()

    assert [text for text in run.violations if "(registration): done" in text]
