"""Two who open slots of one provider in the same days at the same moment, by real threads, with and without the
constraint."""

import threading
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from scheduling.models import StaffMember, WorkingHours
from tenants.brands.models import Brand
from tenants.context import use
from tests.support import cast, visiting
from tests.support.committed import in_threads
from tests.support.database import owner_connection
from visits.models import Slot
from visits.rules.openings import LeftOut, SlotsWanted
from visits.selectors.openings import planned_slots
from visits.services.open_slots import OpenedSlots, open_slots

ROUNDS, DAYS = 6, 5
LOOK = "visits.services.open_slots.planned_slots"
FIRST = date(2030, 1, 7)
NOW = cast.MONDAY - timedelta(days=7)


def _provider(tenant: Any, number: int) -> tuple[StaffMember, Brand]:
    with use(tenant):
        provider = visiting.make_provider(f"Pia{number}")
        WorkingHours.objects.bulk_create(
            WorkingHours(resource=provider.resource, weekday=weekday, starts=time(9), ends=time(17))
            for weekday in range(1, 8)
        )
        return StaffMember.objects.select_related("resource").get(pk=provider.pk), cast.main_brand()


def _both(tenant: Any, number: int, monkeypatch: pytest.MonkeyPatch) -> tuple[StaffMember, list[OpenedSlots]]:
    """Slots of half an hour, and of 40 minutes. Each has looked before either of them writes."""
    provider, brand = _provider(tenant, number)
    looked = threading.Barrier(2)

    def together(*args: Any, **options: Any) -> Any:
        found = planned_slots(*args, **options)
        looked.wait(timeout=30)
        return found

    def open_with(minutes: int) -> OpenedSlots:
        wanted = SlotsWanted(first_day=FIRST, last_day=FIRST + timedelta(days=DAYS - 1), minutes=minutes)
        with use(tenant):
            return open_slots(provider=provider, brand_id=brand.pk, wanted=wanted, now=NOW)

    with monkeypatch.context() as patched:
        patched.setattr(LOOK, together)
        return provider, in_threads(lambda: open_with(30), lambda: open_with(40))


def _overlaps(tenant: Any, provider: StaffMember) -> int:
    with use(tenant):
        slots = list(Slot.objects.open().filter(provider=provider).order_by("starts_at"))
    return sum(before.ends_at > after.starts_at for before, after in pairwise(slots))


def test_of_two_who_open_at_once_each_is_told_what_was_opened_and_nothing_overlaps(
    database: str, tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(ROUNDS):
        provider, opened = _both(tenant, number, monkeypatch)
        assert _overlaps(tenant, provider) == 0
        with use(tenant):
            kept = set(Slot.objects.filter(provider=provider).values_list("pk", flat=True))
        said = [slot.pk for one in opened for slot in one.slots]
        assert set(said) == kept
        assert len(said) == len(kept)
        # Nobody knew of the other: what is left out, the other one has opened meanwhile.
        assert {one.left_out for both in opened for one in both.left_out} == {LeftOut.OVERLAP}
        assert [len(one.slots) + len(one.left_out) for one in opened] == [16 * DAYS, 12 * DAYS]

    with owner_connection(database) as connection:
        connection.execute(f'ALTER TABLE "{tenant.schema_name}".visits_slot DROP CONSTRAINT slot_no_overlap')

    provider, _opened = _both(tenant, ROUNDS, monkeypatch)
    assert _overlaps(tenant, provider) > 0


def test_a_slot_that_is_opened_meanwhile_is_left_out(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the writing; and what was committed before the writing waits for nobody."""
    provider, brand = _provider(tenant, 0)

    def meanwhile(*args: Any, **options: Any) -> Any:
        found = planned_slots(*args, **options)

        def open_one() -> None:
            with use(tenant):
                visiting.make_slot(provider, cast.MONDAY + timedelta(hours=2), minutes=60, brand=brand, now=NOW)

        in_threads(open_one)
        return found

    monkeypatch.setattr(LOOK, meanwhile)
    with use(tenant):
        opened = open_slots(
            provider=provider,
            brand_id=brand.pk,
            wanted=SlotsWanted(first_day=FIRST, last_day=FIRST, minutes=60),
            now=NOW,
        )
    assert [(f"{one.period.start:%H}", one.left_out) for one in opened.left_out] == [("10", LeftOut.OVERLAP)]
    assert len(opened.slots) == 7
