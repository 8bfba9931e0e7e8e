"""Opening and closing slots, and what they offer."""

from datetime import timedelta

import pytest

from bookings.services.cancel_coach_booking import cancel_coach_booking
from scheduling.models import Closure, Reservation, Service, StaffMember
from scheduling.public import Period
from tenants.errors import GoneError
from tests.support import cast, visiting
from tests.visits.conftest import START
from visits.errors import SlotBookedError, SlotLengthError, SlotOverlapError, SlotTimeError
from visits.models import Slot
from visits.selectors.slots import slots_of
from visits.services.cancel_visit import cancel_visit
from visits.services.close_slot import close_slot

HALF = timedelta(minutes=30)
BEFORE = START - timedelta(days=1)


def _offered(provider: StaffMember, *, service: Service | None = None) -> list[tuple[str, bool]]:
    found = slots_of(
        provider,
        brand_id=cast.main_brand().pk,
        within=Period(START - HALF, START + timedelta(hours=8)),
        now=BEFORE,
        service=service,
    )
    return [(f"{slot.starts_at:%H:%M}", booked) for slot, booked in found]


def test_an_open_slot_takes_no_time(slot: Slot) -> None:
    assert (slot.starts_at, slot.ends_at, slot.closed_at) == (START, START + HALF, None)
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("minutes", [-15, 0, 15])
def test_slots_of_a_provider_do_not_overlap_within_a_brand(slot: Slot, provider: StaffMember, minutes: int) -> None:
    with pytest.raises(SlotOverlapError):
        visiting.make_slot(provider, START + timedelta(minutes=minutes))
    assert Slot.objects.count() == 1


def test_they_may_touch_and_lie_beside_those_of_others_and_of_other_brands(slot: Slot, provider: StaffMember) -> None:
    kids = cast.make_brand()
    provider.brands.add(kids)

    visiting.make_slot(provider, START + HALF)
    visiting.make_slot(provider, START, brand=kids)
    visiting.make_slot(visiting.make_provider("Eve Other"), START)

    assert Slot.objects.count() == 4


@pytest.mark.parametrize(
    ("starts", "ends"),
    [(0, 0), (0, -30), (0, 4), (0, 24 * 60 + 1), (0.5, 30), (0, 30.5)],
)
def test_a_slot_has_whole_minutes_not_too_few_and_not_too_many(
    provider: StaffMember, starts: float, ends: float
) -> None:
    with pytest.raises(SlotLengthError):
        visiting.make_slot(provider, START + timedelta(minutes=starts), minutes=ends - starts)  # type: ignore[arg-type]


@pytest.mark.parametrize("now", [START, START + HALF, START - timedelta(days=731)])
def test_a_slot_is_to_come_and_not_too_far_away(provider: StaffMember, now: object) -> None:
    with pytest.raises(SlotTimeError):
        visiting.make_slot(provider, START, now=now)


def test_what_is_booked_is_said_and_what_can_not_be_booked_is_left_out(
    provider: StaffMember, patient: object, first_talk: Service
) -> None:
    slots = [visiting.make_slot(provider, START + number * HALF) for number in range(4)]
    visit = visiting.make_visit(slots[0], patient, first_talk)  # type: ignore[arg-type]
    cast.make_office_hour(provider)
    elsewhere = cast.make_booking(provider, cast.make_client("Carol"), slot_at=START + HALF)
    close_slot(slot=slots[3], now=BEFORE)

    assert _offered(provider) == [("09:00", True), ("10:00", False)]

    cancel_coach_booking(booking=elsewhere, reason="", as_staff=True, now=BEFORE)
    cancel_visit(visit=visit, reason=None, as_staff=True, now=BEFORE)

    assert _offered(provider) == [("09:00", False), ("09:30", False), ("10:00", False)]
    Closure.objects.create(name="Fair", starts_on=START.date(), ends_on=START.date())
    assert _offered(provider) == []


def test_a_visit_type_is_offered_where_it_fits_with_its_buffers(provider: StaffMember, patient: object) -> None:
    long, buffered = (
        visiting.make_visit_type("long", duration_minutes=45),
        visiting.make_visit_type("buffered", buffer_after_minutes=10),
    )
    first = visiting.make_slot(provider, START)
    visiting.make_slot(provider, START + HALF, minutes=45)
    visiting.make_slot(provider, START + timedelta(minutes=75))

    assert _offered(provider, service=long) == [("09:30", False)]
    visiting.make_visit(first, patient, buffered)  # type: ignore[arg-type]
    assert _offered(provider) == [("09:00", True), ("10:15", False)]


def test_a_closed_slot_makes_room_for_another(slot: Slot, provider: StaffMember) -> None:
    close_slot(slot=slot, now=BEFORE)

    visiting.make_slot(provider, START)

    with pytest.raises(GoneError):
        close_slot(slot=slot, now=BEFORE)


def test_a_booked_slot_is_not_closed(slot: Slot, patient: object, first_talk: Service) -> None:
    visit = visiting.make_visit(slot, patient, first_talk)  # type: ignore[arg-type]
    with pytest.raises(SlotBookedError) as refused:
        close_slot(slot=slot, now=BEFORE)
    assert "Cancel or move the visit first" in str(refused.value)

    cancel_visit(visit=visit, reason=None, as_staff=True, now=BEFORE)

    assert close_slot(slot=slot, now=BEFORE).closed_at == BEFORE
