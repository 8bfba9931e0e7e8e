"""Two who overbooked each other give up their time at the same moment: both get through, and no time is left uncovered.

Negative control: without the lock on the calendars each waits for the rows of the other.
"""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import Error, transaction

from scheduling.models import Reservation
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.services import ledger
from tenants.context import use
from tenants.ids import new_id
from tenants.resolution import resolve
from tests.support import cast
from tests.support.committed import committed, in_threads

HOUR = Period(datetime(2031, 1, 1, 9, tzinfo=UTC), datetime(2031, 1, 1, 10, tzinfo=UTC))
FIRST, SECOND = Subject("test", new_id()), Subject("test", new_id())


@pytest.fixture
def tenant(django_db_blocker: Any) -> Iterator[Any]:
    """Each of the two holds one calendar, and overbooks the other's."""
    with committed(django_db_blocker):
        tenant: Any = resolve(host="north.test", number=None)
        with use(tenant):
            one, two = cast.make_coach("One").resource_id, cast.make_coach("Two").resource_id
            for resource, subject, overbook in (
                (one, FIRST, False),
                (two, SECOND, False),
                (one, SECOND, True),
                (two, FIRST, True),
            ):
                ledger.reserve(
                    resource_ids=[resource],
                    period=HOUR,
                    subject=subject,
                    now=cast.MONDAY,
                    overbook=overbook,
                    reason="x",
                )
        yield tenant


def test_both_get_through(tenant: Any) -> None:
    assert release_both(tenant, meet_after_deactivating=False) == ["released", "released"]
    with use(tenant):
        assert not Reservation.objects.filter(active=True).exists()


def test_without_the_lock_they_wait_for_each_other(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_lock_calendars", lambda *_: None)
    answers = release_both(tenant, meet_after_deactivating=True)
    assert answers != ["released", "released"]


def release_both(tenant: Any, *, meet_after_deactivating: bool) -> list[str]:
    """Two threads release at once: they meet before their first statement, or between their own rows and others'."""
    barrier = threading.Barrier(2)
    promote = ledger._promote

    def release(subject: Subject) -> str:
        try:
            with use(tenant), transaction.atomic():
                if not meet_after_deactivating:
                    barrier.wait(timeout=30)
                ledger.release(subject=subject)
        except Error as error:
            return str(getattr(error.__cause__, "sqlstate", "lost"))
        return "released"

    def slowly(released: Any) -> None:
        barrier.wait(timeout=30)
        promote(released)

    with pytest.MonkeyPatch.context() as patch:
        if meet_after_deactivating:
            patch.setattr(ledger, "_promote", slowly)
        return in_threads(lambda: release(FIRST), lambda: release(SECOND))
