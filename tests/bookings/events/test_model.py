"""Whatever happens to events, orders, bookings and lines, in any order: the database says what a plain model says.

`EVENT_EXAMPLES=2000 bin/test tests/bookings/events/test_model.py -n 0` runs longer, with examples of its own.
"""

import os
from pathlib import Path
from typing import Any

from hypothesis import settings as bounds
from hypothesis.stateful import run_state_machine_as_test

from tests.bookings.events.club import make_world
from tests.bookings.events.machine import Club
from tests.scheduling.properties import bounded

_EXAMPLES = int(os.environ.get("EVENT_EXAMPLES", "0"))
_sequences = bounds(bounded, max_examples=_EXAMPLES or 25, stateful_step_count=30, derandomize=not _EXAMPLES)


def test_events_are_as_the_model_says(north: Any, settings: Any, tmp_path: Path) -> None:
    settings.ERASURE_LOG = str(tmp_path / "erasures.jsonl")
    world = make_world()

    class Run(Club):
        def __init__(self) -> None:
            super().__init__(world)

    run_state_machine_as_test(Run, settings=_sequences)
