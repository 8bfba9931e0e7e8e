"""A visit that is moved and cancelled at the same moment, by real threads, with and without the lock on it."""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from scheduling.models import Reservation
from tenants.context import use
from tenants.errors import DomainError
from tests.support import cast, visiting
from tests.support.committed import in_threads
from visits.models import Slot, Visit
from visits.services import reschedule_visit as rescheduling
from visits.services.cancel_visit import cancel_visit
from visits.services.close_slot import close_slot

START = cast.MONDAY + timedelta(hours=1)
NOW = START - timedelta(days=1)


@pytest.mark.parametrize("is_locked", [True, False])
def test_only_the_lock_on_the_visit_keeps_a_cancelled_one_from_holding_time(
    tenant: Any, monkeypatch: pytest.MonkeyPatch, *, is_locked: bool
) -> None:
    """The cancellation comes between the move's look at the visit and its writing."""
    if not is_locked:
        monkeypatch.setattr(rescheduling, "locked", lambda visits, key: visits.get(pk=key))
    looked, cancelled = threading.Event(), threading.Event()

    def look(*_: Any, **__: Any) -> None:
        looked.set()
        # Who waits for the lock does not get to the end of it meanwhile.
        cancelled.wait(timeout=0.2 if is_locked else 30)

    monkeypatch.setattr(rescheduling, "check_version", look)
    visit, new = _visit(tenant)

    def move() -> str:
        with use(tenant):
            rescheduling.reschedule_visit(visit=visit, slot_id=new.pk, now=NOW)
        return "moved"

    def cancel() -> str:
        assert looked.wait(timeout=30)
        with use(tenant):
            cancel_visit(visit=visit, reason=None, as_staff=True, now=NOW)
        cancelled.set()
        return "cancelled"

    assert in_threads(move, cancel) == ["moved", "cancelled"]
    with use(tenant):
        held = Reservation.objects.filter(active=True, subject_id=visit.pk).exists()
        status = Visit.objects.get().status
    assert (status, held) == (("cancelled", False) if is_locked else ("scheduled", True))


def test_a_slot_that_is_closed_while_it_is_booked_stays_or_is_not_booked(tenant: Any) -> None:
    """Closing waits for who has taken the slot's time, and then finds the visit; or is first, and nobody books."""
    for number in range(8):
        with use(tenant):
            Visit.objects.all().delete()
            slot = visiting.make_slot(visiting.make_provider(f"Pia{number}"), START)
            client, service = cast.make_client(), visiting.make_visit_type(f"talk-{number}")
        start = threading.Barrier(2)
        said = in_threads(
            partial(_at, start, tenant, partial(visiting.make_visit, slot, client, service)),
            partial(_at, start, tenant, partial(close_slot, slot=slot, now=NOW)),
        )
        assert said in (["done", "slot_booked"], ["deleted_meanwhile", "done"], ["slot_not_found", "done"])
        with use(tenant):
            assert Visit.objects.exists() == (Slot.objects.get(pk=slot.pk).closed_at is None)


def _at(start: threading.Barrier, tenant: Any, do: Any) -> str:
    with use(tenant):
        start.wait(timeout=30)
        try:
            do()
        except DomainError as error:
            return error.code
    return "done"


def _visit(tenant: Any) -> tuple[Visit, Slot]:
    with use(tenant):
        provider = visiting.make_provider()
        old, new = (visiting.make_slot(provider, START + timedelta(hours=hour)) for hour in range(2))
        return visiting.make_visit(old, cast.make_client(), visiting.make_visit_type()), new
