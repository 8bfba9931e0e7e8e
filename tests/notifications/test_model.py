"""Whatever happens to bookings, rules, servers and workers, in any order: what is sent is what a plain model says.

`NOTIFICATION_EXAMPLES=5000 bin/test tests/notifications/test_model.py -n 0` runs longer, with examples of its own.

It finds each of the changes of the code in `mutations.toml` that lose, double or falsify a message:
`bin/bench mutations` applies one after the other and runs this test.
"""

import os
from typing import Any

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.notifications.machine import Notifications
from tests.scheduling.properties import bounded

_EXAMPLES = int(os.environ.get("NOTIFICATION_EXAMPLES", "0"))
# Looking for a smaller example takes minutes; who only asks whether there is one leaves it.
_PHASES = [Phase.explicit, Phase.generate, *([Phase.shrink] if os.environ.get("NOTIFICATION_SHRINKS") != "0" else [])]
_sequences = settings(
    bounded,
    max_examples=_EXAMPLES or 60,
    stateful_step_count=30,
    derandomize=not _EXAMPLES,
    phases=_PHASES,
    print_blob=False,
)


def test_what_is_sent_is_what_the_model_says(north: Any) -> None:
    run_state_machine_as_test(Notifications, settings=_sequences)
