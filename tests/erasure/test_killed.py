"""A worker that is killed in the middle of an erasure, with real processes: the next one goes on."""

import signal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from scheduling.models import Erasure
from scheduling.services.erase_person import erase_person
from tenants.context import current_schema
from tests.erasure import search, world
from tests.support.database import owner_connection
from tests.support.live import Live, wait_until

pytestmark = pytest.mark.serial
# As the tables come in the erasure: some before it, some after it.
HELD = "visits_visit"


def test_a_killed_worker_leaves_the_rest_to_the_next(platform: Live, settings: Any) -> None:
    """SIGKILL while it waits for a row that somebody else has locked: in a batch, after others that are committed."""
    settings.EMAIL_BACKEND = "notifications.channels.email.eml_backend.EmailBackend"
    with platform.inside():
        known = world.make_known(connection.tenant)  # type: ignore[attr-defined]
        schema = current_schema()
        receipt = erase_person(person=known.person, by="user:somebody", now=timezone.now())
        world.settle(receipt)
        at_once = dict(receipt.done)
        left = search.traces(*world.WORDS)

    with owner_connection(platform.database_name) as owner, owner.transaction():
        owner.execute(f'SELECT FROM "{schema}".{HELD} FOR UPDATE')
        platform.start_worker()
        platform.start_beat()
        wait_until(platform.waits_for_a_lock, "the worker to erase", seconds=60)
        platform.stop("worker", how=signal.SIGKILL)

    with platform.inside():
        cut_off = Erasure.objects.get(pk=receipt.pk)
        assert cut_off.finished_at is None
        assert cut_off.done != at_once
        assert HELD not in cut_off.done
        still = search.traces(*world.WORDS)
        assert HELD in {trace.partition(":")[0] for trace in still}
        assert len(still) < len(left)

    platform.start_worker("other")

    def is_finished() -> bool:
        with platform.inside():
            return Erasure.objects.get(pk=receipt.pk).finished_at is not None

    wait_until(is_finished, "the other worker to finish", seconds=120)
    with platform.inside():
        whole = Erasure.objects.get(pk=receipt.pk)
        assert search.traces(*world.WORDS) == []
        # The session, too, which this process has signed with a key that the workers do not have.
        assert whole.done["sessions"] == 1
        # What was committed before the kill is counted once, too.
        counted = ("coach_bookings_cancelled", "bookings_coachbooking", "suppressions", "stored_answers", HELD)
        assert [whole.done[name] for name in counted] == [3, 5, 2, 4, 2]
    for name in ("worker", "other"):
        assert world.WORD not in platform.log(name).decode().lower()
