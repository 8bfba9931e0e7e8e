"""Opening many slots from working hours: services and what they read."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scheduling.models import Closure, HoursException, Reservation, StaffMember, WorkingHours
from tests.support import cast, visiting
from tests.visits.conftest import START
from visits.errors import (
    ProviderNotFoundError,
    SlotDaysError,
    SlotLengthError,
    TooManySlotsError,
    VisitTypeNotFoundError,
    VisitTypeNotOfferedError,
)
from visits.models import Slot
from visits.rules.openings import LeftOut, SlotsWanted
from visits.selectors.openings import length_of, planned_slots
from visits.services.close_slot import close_slot
from visits.services.open_slots import OpenedSlots, open_slots

NOW = START - timedelta(days=1)
MONDAY = START.date()
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def worker(provider: StaffMember) -> StaffMember:
    """Pia, who works each day from 09:00 to 12:00 UTC."""
    return make_worker(provider)


def make_worker(provider: StaffMember) -> StaffMember:
    WorkingHours.objects.bulk_create(
        WorkingHours(resource=provider.resource, weekday=weekday, starts=time(9), ends=time(12))
        for weekday in range(1, 8)
    )
    return provider


def _wanted(first: date = MONDAY, last: date | None = None, *, minutes: int = 60, **more: Any) -> SlotsWanted:
    return SlotsWanted(first_day=first, last_day=last or first, minutes=minutes, **more)


def _open(worker: StaffMember, wanted: SlotsWanted | None = None, **more: Any) -> OpenedSlots:
    return open_slots(
        provider=worker, **{"brand_id": cast.main_brand().pk, "wanted": wanted or _wanted(), "now": NOW, **more}
    )


def _preview(worker: StaffMember, wanted: SlotsWanted | None = None, **more: Any) -> list[str]:
    planned = planned_slots(
        worker, **{"brand_id": cast.main_brand().pk, "wanted": wanted or _wanted(), "now": NOW, **more}
    )
    return [f"{one.period.start:%H:%M}{f' {one.left_out}' if one.left_out else ''}" for one in planned]


def test_what_the_preview_shows_is_opened_and_the_preview_opens_nothing(worker: StaffMember) -> None:
    visiting.make_slot(worker, START + timedelta(hours=1))
    wanted = _wanted(MONDAY, TUESDAY)
    planned = planned_slots(worker, brand_id=cast.main_brand().pk, wanted=wanted, now=NOW)
    assert Slot.objects.count() == 1

    opened = _open(worker, wanted)

    assert [slot.period for slot in opened.slots] == [one.period for one in planned if one.left_out is None]
    assert list(opened.left_out) == [one for one in planned if one.left_out is not None]
    assert (len(opened.slots), [one.left_out for one in opened.left_out]) == (5, [LeftOut.OVERLAP])
    assert Slot.objects.open().count() == 6
    assert {slot.created_at for slot in opened.slots} == {NOW}
    assert not Reservation.objects.exists()


def test_a_second_time_there_is_nothing_left_to_open(worker: StaffMember) -> None:
    _open(worker)
    again = _open(worker)
    assert (len(again.slots), {one.left_out for one in again.left_out}) == (0, {LeftOut.OVERLAP})
    assert Slot.objects.count() == 3


def test_a_closed_slot_is_in_nobodys_way_and_nor_is_another_brands(worker: StaffMember) -> None:
    kids = cast.make_brand()
    worker.brands.add(kids)
    close_slot(slot=visiting.make_slot(worker, START), now=NOW)
    visiting.make_slot(worker, START + timedelta(hours=1), brand=kids)
    assert _preview(worker) == ["09:00", "10:00", "11:00"]


def test_an_open_slot_that_began_the_day_before_is_in_the_way(worker: StaffMember) -> None:
    visiting.make_slot(worker, START - timedelta(hours=14), minutes=15 * 60)
    assert _preview(worker) == ["09:00 slot_overlap", "10:00", "11:00"]


def test_who_is_busy_elsewhere_in_whichever_brand_is_left_out_then(worker: StaffMember) -> None:
    kids = cast.make_brand()
    worker.brands.add(kids)
    slot = visiting.make_slot(worker, START, brand=kids)
    visiting.make_visit(slot, cast.make_client(brand=kids), visiting.make_visit_type(brand=kids))
    cast.make_office_hour(worker)
    cast.make_booking(worker, cast.make_client(), slot_at=START + timedelta(hours=2))
    assert _preview(worker) == ["09:00 busy", "10:00", "11:00 busy"]


def test_closures_of_the_brand_and_exceptions_count(worker: StaffMember) -> None:
    kids = cast.make_brand()
    Closure.objects.create(name="Of others", starts_on=MONDAY, ends_on=MONDAY, brand=kids)
    HoursException.objects.create(resource=worker.resource, date=TUESDAY)
    assert _preview(worker, _wanted(MONDAY, TUESDAY)) == [
        "09:00", "10:00", "11:00", "09:00 day_off", "10:00 day_off", "11:00 day_off",
    ]  # fmt: skip
    Closure.objects.create(name="Fair", starts_on=MONDAY, ends_on=MONDAY)
    assert set(_preview(worker)) == {"09:00 closed", "10:00 closed", "11:00 closed"}


def test_days_are_those_of_the_providers_zone(north: Any) -> None:
    provider = visiting.register(cast.make_coach("Ada Far", timezone="Pacific/Auckland"))
    make_worker(provider)
    auckland = ZoneInfo("Pacific/Auckland")

    opened = _open(provider, _wanted(date(2030, 4, 7), date(2030, 4, 7)), now=datetime(2030, 4, 1, tzinfo=UTC))

    # On that day the clocks there go back, at three.
    assert [f"{slot.starts_at.astimezone(auckland):%d %H:%M %z}" for slot in opened.slots] == [
        "07 09:00 +1200", "07 10:00 +1200", "07 11:00 +1200",
    ]  # fmt: skip


@pytest.mark.parametrize("days", [1, 60])
def test_it_takes_the_same_statements_for_any_number_of_slots(
    worker: StaffMember, days: int, django_assert_num_queries: Any
) -> None:
    wanted = _wanted(MONDAY, MONDAY + timedelta(days=days - 1), minutes=30)
    brand_id = cast.main_brand().pk
    with django_assert_num_queries(3):
        planned_slots(worker, brand_id=brand_id, wanted=wanted, now=NOW)
    # And around them a savepoint; the insert, and what it has left.
    with django_assert_num_queries(3 + 2 + 2):
        opened = open_slots(provider=worker, brand_id=brand_id, wanted=wanted, now=NOW)
    assert len(opened.slots) == 6 * days


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (_wanted(minutes=4), SlotLengthError),
        (_wanted(minutes=24 * 60 + 1), SlotLengthError),
        (_wanted(MONDAY - timedelta(days=2)), SlotDaysError),
        (_wanted(MONDAY, MONDAY + timedelta(days=92)), SlotDaysError),
        (_wanted(MONDAY + timedelta(days=730)), SlotDaysError),
        (_wanted(TUESDAY, MONDAY), SlotDaysError),
        (_wanted(date.min), SlotDaysError),
        (_wanted(date.max), SlotDaysError),
    ],
)
def test_what_is_refused(worker: StaffMember, wanted: SlotsWanted, error: type[Exception]) -> None:
    with pytest.raises(error):
        _open(worker, wanted)
    assert not Slot.objects.exists()


def test_too_many_are_refused_with_their_number(provider: StaffMember) -> None:
    WorkingHours.objects.bulk_create(
        WorkingHours(resource=provider.resource, weekday=weekday, starts=time(0), ends=time(0))
        for weekday in range(1, 8)
    )
    with pytest.raises(TooManySlotsError) as refused:
        _open(provider, _wanted(MONDAY, MONDAY + timedelta(days=20), minutes=10))
    assert "3024 slots" in str(refused.value)
    assert len(_open(provider, _wanted(MONDAY, MONDAY + timedelta(days=19), minutes=10)).slots) == 2880


def test_who_does_not_work_for_the_brand_any_more_opens_nothing(worker: StaffMember) -> None:
    worker.brands.clear()
    with pytest.raises(ProviderNotFoundError):
        _open(worker)


def test_a_visit_type_says_the_length_where_the_provider_does_it(worker: StaffMember) -> None:
    brand_id = cast.main_brand().pk
    visiting.make_visit_type("long", duration_minutes=50)
    others = visiting.make_visit_type("others")
    others.staff.add(visiting.make_provider("Eve Other"))
    assert length_of("long", provider=worker, brand_id=brand_id) == 50
    with pytest.raises(VisitTypeNotOfferedError):
        length_of("others", provider=worker, brand_id=brand_id)
    with pytest.raises(VisitTypeNotFoundError):
        length_of("none", provider=worker, brand_id=brand_id)
