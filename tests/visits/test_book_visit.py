"""Booking a visit: into a slot, with whoever is free, out of a hold."""

from datetime import timedelta
from typing import Any

import pytest

from notifications.models import Message
from scheduling.errors import BusyError, LimitReachedError, OffGridError, PastError, TooFarError, TooSoonError
from scheduling.models import Client, Hold, Reservation, Resource, Service, StaffMember
from scheduling.offers import offers_of
from scheduling.public import HoldMismatchError, NoStaffError, Period
from scheduling.services.hold_time import hold_time
from tests.support import cast, visiting
from tests.visits.conftest import START
from visits import errors
from visits.models import Slot, Visit
from visits.services.book_visit import book_visit
from visits.services.cancel_visit import cancel_visit
from visits.services.close_slot import close_slot
from visits.services.take_slot import take_time

BEFORE = START - timedelta(days=1)
HALF = timedelta(minutes=30)


def _book(client: Client, **wanted: Any) -> Visit:
    return book_visit(
        **{
            "brand_id": cast.main_brand().pk, "patient_id": client.person_id, "visit_type": "first-talk",
            "now": BEFORE, **wanted,
        }
    )  # fmt: skip


def _hold(start: Any, service: Service, *, now: Any = BEFORE) -> Hold:
    within = Period(start, start + timedelta(minutes=1))
    brand_id = cast.main_brand().pk
    offers = offers_of(service_id=service.pk, brand_id=brand_id, staff_ids=None, within=within)
    return hold_time(
        offers=offers or [], brand_id=brand_id, start=start, holder="person:1", places=3,
        lasts=timedelta(minutes=10), now=now,
    )  # fmt: skip


def test_a_visit_takes_its_slots_span_with_the_buffers_of_its_type(
    provider: StaffMember, patient: Client, slot: Slot
) -> None:
    service = visiting.make_visit_type(
        duration_minutes=20, buffer_before_minutes=5, buffer_after_minutes=10, cancel_notice_minutes=60,
        cancel_fee_percent=50, price_minor=9000, currency="CHF",
    )  # fmt: skip

    visit = _book(patient, slot_id=slot.pk, reason="Sleep", notes="Door code 7")

    assert (visit.slot, visit.provider, visit.client, visit.service) == (slot, provider, patient, service)
    assert (visit.starts_at, visit.duration_minutes, visit.status) == (START, 30, "scheduled")
    assert (visit.reason, visit.notes, visit.assignment) == ("Sleep", "Door code 7", None)
    reservation = Reservation.objects.get()
    assert (reservation.during.lower, reservation.during.upper) == (
        START - timedelta(minutes=5), START + timedelta(minutes=40),
    )  # fmt: skip
    assert (reservation.subject_kind, reservation.subject_id) == ("visit", visit.pk)
    assert (reservation.service_id, reservation.resource_id) == (service.pk, provider.resource_id)

    Service.objects.update(cancel_notice_minutes=0, cancel_fee_percent=0, price_minor=1, currency="EUR")
    visit.refresh_from_db()
    assert (visit.cancel_notice_minutes, visit.cancel_fee_percent, visit.price_minor, visit.currency) == (
        60, 50, 9000, "CHF",
    )  # fmt: skip


def test_who_booked_is_told(patient: Client, first_talk: Service, slot: Slot) -> None:
    visit = _book(patient, slot_id=slot.pk)

    message = Message.objects.get(event="booked", recipient=patient.person)
    assert (message.subject_kind, message.subject_id) == ("visit", visit.pk)


def test_a_slot_is_booked_once_and_the_refusal_names_free_ones(
    provider: StaffMember, patient: Client, first_talk: Service, slot: Slot
) -> None:
    visiting.make_slot(provider, START + 2 * HALF)
    first = _book(patient, slot_id=slot.pk)
    with pytest.raises(errors.SlotBookedError, match="Free: 2030-01-07T10:00:00Z"):
        _book(patient, slot_id=slot.pk)

    cancel_visit(visit=first, reason=None, as_staff=True, now=BEFORE)

    assert _book(patient, slot_id=slot.pk).slot_id == slot.pk


def test_a_provider_who_is_busy_elsewhere_is_not_booked(
    provider: StaffMember, patient: Client, first_talk: Service, slot: Slot
) -> None:
    cast.make_office_hour(provider)
    cast.make_booking(provider, cast.make_client("Carol"), slot_at=START)

    with pytest.raises(errors.ProviderBusyError):
        _book(patient, slot_id=slot.pk)
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("terms", "now", "error"),
    [
        ({}, START, PastError),
        ({"notice_minutes": 60}, START - timedelta(minutes=59), TooSoonError),
        ({"horizon_days": 1}, START - timedelta(days=2), TooFarError),
        ({"duration_minutes": 31}, BEFORE, errors.VisitTypeTooLongError),
    ],
)
def test_the_terms_of_the_visit_type_hold(
    patient: Client, slot: Slot, terms: dict[str, Any], now: Any, error: type[Exception]
) -> None:
    visiting.make_visit_type(**terms)
    with pytest.raises(error):
        _book(patient, slot_id=slot.pk, now=now)


def test_a_day_has_no_more_visits_than_its_limit(provider: StaffMember, patient: Client, slot: Slot) -> None:
    visiting.make_visit_type(max_per_staff_per_day=1)
    _book(patient, slot_id=slot.pk)
    with pytest.raises(LimitReachedError):
        _book(patient, slot_id=visiting.make_slot(provider, START + HALF).pk)


def test_what_there_is_not_is_not_booked(patient: Client, first_talk: Service, slot: Slot) -> None:
    kids = cast.make_brand()
    kim = cast.make_client("Kim", brand=kids)
    visiting.make_visit_type("kids", brand=kids)
    in_hours = visiting.make_visit_type("in-hours", is_active=True)
    Service.objects.filter(pk=in_hours.pk).update(offered_in=Service.OfferedIn.HOURS)
    theirs = visiting.make_slot(visiting.make_provider("Ina", brand=kids), START, brand=kids)
    closed = close_slot(slot=visiting.make_slot(slot.provider, START + HALF), now=BEFORE)

    for wanted, error in (
        ({"slot_id": theirs.pk}, errors.SlotNotFoundError),
        ({"slot_id": closed.pk}, errors.SlotNotFoundError),
        ({"slot_id": slot.pk, "patient_id": kim.person_id}, errors.UnknownPatientError),
        ({"slot_id": slot.pk, "visit_type": "kids"}, errors.VisitTypeNotFoundError),
        ({"slot_id": slot.pk, "visit_type": "in-hours"}, errors.VisitTypeNotFoundError),
    ):
        with pytest.raises(error):
            _book(patient, **wanted)
    StaffMember.objects.update(is_active=False)
    with pytest.raises(errors.SlotNotFoundError):
        _book(patient, slot_id=slot.pk)


def test_only_who_does_a_visit_type_is_booked_for_it(patient: Client, first_talk: Service, slot: Slot) -> None:
    first_talk.staff.add(visiting.make_provider("Eve Other"))
    with pytest.raises(errors.VisitTypeNotOfferedError):
        _book(patient, slot_id=slot.pk)
    with pytest.raises(NoStaffError):
        _book(patient, starts_at=START)


def test_nobody_visits_themselves(provider: StaffMember, first_talk: Service, slot: Slot) -> None:
    client = Client.objects.create(person=provider.person)
    client.brands.add(cast.main_brand())
    with pytest.raises(errors.OwnSlotError):
        _book(client, slot_id=slot.pk)
    with pytest.raises(NoStaffError):
        _book(client, starts_at=START)


def test_without_a_slot_the_least_busy_is_booked_and_why_is_stored(
    provider: StaffMember, patient: Client, first_talk: Service, slot: Slot
) -> None:
    other = visiting.make_provider("Eve Other")
    visiting.make_slot(other, START)
    visiting.make_visit(visiting.make_slot(provider, START + HALF), patient, first_talk)

    first, second = _book(patient, starts_at=START), _book(patient, starts_at=START)

    assert (first.provider, second.provider) == (other, provider)
    assert first.slot.starts_at == START
    assert first.assignment == {
        "rule": "least_busy",
        "candidates": [
            {"staff_id": str(other.person_id), "day_minutes": 0, "week_minutes": 0},
            {"staff_id": str(provider.person_id), "day_minutes": 30, "week_minutes": 30},
        ],
        "chosen": str(other.person_id),
        "lost": [],
    }
    with pytest.raises(BusyError):
        _book(patient, starts_at=START)


def test_nothing_starts_where_no_slot_does(
    provider: StaffMember, patient: Client, first_talk: Service, slot: Slot
) -> None:
    with pytest.raises(OffGridError):
        _book(patient, starts_at=START + timedelta(minutes=15))
    with pytest.raises(NoStaffError):
        _book(patient, starts_at=START + timedelta(hours=2))


def test_who_closes_the_slot_meanwhile_is_passed_over(
    provider: StaffMember, patient: Client, first_talk: Service, slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = visiting.make_provider("Eve Other")
    visiting.make_slot(other, START)

    def close_what_was_taken(*args: Any, **kwargs: Any) -> Any:
        taken = take_time(*args, **kwargs)
        Slot.objects.filter(provider=provider).update(closed_at=BEFORE)
        return taken

    monkeypatch.setattr("visits.services.book_visit.take_time", close_what_was_taken)

    assert _book(patient, starts_at=START).provider == other
    assert Reservation.objects.filter(active=True).count() == 1


def test_held_time_is_booked_even_where_it_has_become_too_late(
    provider: StaffMember, patient: Client, slot: Slot
) -> None:
    service = visiting.make_visit_type(notice_minutes=60)
    hold = _hold(START, service, now=START - timedelta(minutes=61))
    with pytest.raises(errors.ProviderBusyError):
        _book(patient, slot_id=slot.pk, now=START - timedelta(minutes=61))

    late = START - timedelta(minutes=55)
    Hold.objects.update(expires_at=late + timedelta(minutes=1))
    hold.refresh_from_db()
    visit = _book(patient, starts_at=START, hold=hold, now=late)

    assert visit.provider == provider
    assert not Hold.objects.exists()
    reservation = Reservation.objects.get(active=True)
    assert (reservation.subject_id, reservation.expires_at) == (visit.pk, None)


def test_a_hold_keeps_what_it_keeps_and_nothing_else(
    provider: StaffMember, patient: Client, first_talk: Service, slot: Slot
) -> None:
    other = visiting.make_slot(provider, START + HALF)
    visiting.make_visit_type("second-talk")
    hold = _hold(START, first_talk)
    for wanted in (
        {"slot_id": other.pk},
        {"starts_at": START + HALF},
        {"slot_id": slot.pk, "visit_type": "second-talk"},
    ):
        with pytest.raises(HoldMismatchError):
            _book(patient, hold=hold, **wanted)

    assert _book(patient, hold=hold, slot_id=slot.pk).slot == slot


def test_a_held_room_stays_the_one_that_was_held(
    provider: StaffMember, patient: Client, first_talk: Service, slot: Slot
) -> None:
    rooms = [cast.make_room(name).resource for name in ("Blue", "Red")]
    need = first_talk.needs.create(name="A room")
    need.resources.set(rooms)
    other = visiting.make_slot(visiting.make_provider("Eve Other"), START)
    first = visiting.make_visit(other, patient, first_talk)
    hold = _hold(START, first_talk)
    cancel_visit(visit=first, reason=None, as_staff=True, now=BEFORE)

    visit = _book(patient, hold=hold, slot_id=slot.pk)

    held = Reservation.objects.filter(subject_id=visit.pk, active=True).values_list("resource_id", flat=True)
    assert set(held) == {provider.resource_id, rooms[1].pk}
    assert Resource.objects.filter(pk__in=held).count() == 2


def test_a_named_slot_or_a_start_is_needed(patient: Client, first_talk: Service) -> None:
    with pytest.raises(ValueError, match="slot or a start"):
        _book(patient)


def test_two_providers_of_one_name_are_two(provider: StaffMember, first_talk: Service, slot: Slot) -> None:
    """Their slots take turns."""
    namesake = visiting.make_provider("Pia Provider")
    for number, one in enumerate([namesake, provider, namesake], start=1):
        visiting.make_slot(one, START + number * HALF)

    within = Period(START, START + timedelta(hours=3))
    found = offers_of(service_id=first_talk.pk, brand_id=slot.brand_id, staff_ids=None, within=within) or []

    assert [offer.staff_id for offer in found] == [provider.person_id, namesake.person_id]
