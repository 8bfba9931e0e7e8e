"""Whatever happens to bookings, rules, servers and workers, in any order: what is sent is what a plain model says.

`NOTIFICATION_EXAMPLES=5000 bin/test tests/notifications/test_model.py -n 0` runs longer, with examples of its own.

It is red, with its 60 examples, for each of these changes of the code: no look at the booking, or at the rule's
version, before a message is sent; no NOT EXISTS of what was told, or only by version, and not for the same time;
nothing superseded; nothing expires; quiet hours not looked at when sending, or in UTC; leases that nobody respects, or
that never end; no order of two messages about one booking; a failed message marked as sent; bookings not walked when a
rule changes; what waits for its server cancelled when its rule changes; what was too late for the old rule never
planned by the new one; the news of an earlier version planned anew; a changed rule planned by the time of its
planning; timed messages planned whatever became of the booking; reminders after the start, and nights that end after
it.
"""

import os
from typing import Any

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.notifications.machine import Notifications
from tests.scheduling.properties import bounded

_EXAMPLES = int(os.environ.get("NOTIFICATION_EXAMPLES", "0"))
_sequences = settings(
    bounded, max_examples=_EXAMPLES or 60, stateful_step_count=30, derandomize=not _EXAMPLES, print_blob=False
)


def test_what_is_sent_is_what_the_model_says(north: Any) -> None:
    run_state_machine_as_test(Notifications, settings=_sequences)
