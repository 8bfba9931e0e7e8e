"""Moving, cancelling and going on with a visit."""

from datetime import timedelta
from typing import Any

import pytest

from notifications.models import Message
from notifications.public import Stage
from scheduling.models import Client, Reservation, Service, StaffMember
from tenants.errors import StaleVersionError
from tests.support import cast, visiting
from tests.visits.conftest import START
from visits import errors
from visits.models import Slot, Visit
from visits.rules.statuses import Step
from visits.selectors.visits import occasion
from visits.services.cancel_visit import cancel_visit
from visits.services.reschedule_visit import reschedule_visit
from visits.services.step_visit import step_visit

BEFORE = START - timedelta(days=1)
HALF = timedelta(minutes=30)


@pytest.fixture
def visit(slot: Slot, patient: Client, first_talk: Service) -> Visit:
    return visiting.make_visit(slot, patient, first_talk, reason="Sleep")


def _held() -> list[tuple[str, int]]:
    rows = Reservation.objects.filter(active=True, subject_kind="visit")
    return [(f"{row.during.lower:%H:%M}", row.resource_id) for row in rows]


def _move(visit: Visit, slot: Slot, **more: Any) -> Visit:
    return reschedule_visit(visit=visit, slot_id=slot.pk, **{"now": BEFORE, **more})


def test_a_visit_is_moved_and_its_old_time_is_free_at_once(
    visit: Visit, patient: Client, provider: StaffMember
) -> None:
    old, new = visit.slot, visiting.make_slot(provider, START + HALF)

    moved = _move(visit, new)

    assert (moved.slot, moved.starts_at, moved.reason) == (new, START + HALF, "Sleep")
    assert (moved.version, moved.schedule_version) == (2, 1)
    assert _held() == [("09:30", provider.resource_id)]
    assert visiting.make_visit(old, patient, visit.service).slot == old


def test_it_may_overlap_the_time_that_it_holds_itself(visit: Visit, provider: StaffMember) -> None:
    Slot.objects.update(closed_at=BEFORE)
    assert _move(visit, visiting.make_slot(provider, START + HALF / 2)).starts_at == START + HALF / 2


def test_to_move_it_to_where_it_is_changes_nothing(visit: Visit) -> None:
    told = Message.objects.count()
    same = _move(visit, visit.slot)
    assert (same.version, same.schedule_version, Message.objects.count()) == (1, 0, told)


def test_it_is_moved_to_another_provider_only_if_they_do_that(visit: Visit) -> None:
    other = visiting.make_provider("Eve Other")
    theirs = visiting.make_slot(other, START)
    visit.service.staff.add(visit.provider)
    with pytest.raises(errors.VisitTypeNotOfferedError):
        _move(visit, theirs)

    visit.service.staff.add(other)

    assert _move(visit, theirs).provider == other
    assert _held() == [("09:00", other.resource_id)]


def test_what_is_taken_past_closed_or_not_there_changes_nothing(visit: Visit, provider: StaffMember) -> None:
    taken = visiting.make_slot(provider, START + HALF)
    visiting.make_visit(taken, cast.make_client("Carol"), visit.service)
    short = visiting.make_slot(provider, START + 2 * HALF, minutes=15)
    past = visiting.make_slot(provider, BEFORE - HALF)
    kids = cast.make_brand()
    foreign = visiting.make_slot(visiting.make_provider("Ina", brand=kids), START, brand=kids)

    for slot, error in (
        (taken, errors.SlotBookedError),
        (short, errors.VisitTypeTooLongError),
        (past, Exception),
        (foreign, errors.SlotNotFoundError),
    ):
        with pytest.raises(error) as refused:
            _move(visit, slot)
        assert refused.value.kind.value == ("not_found" if slot is foreign else "conflict")  # type: ignore[attr-defined]
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version) == (START, 1)
    assert ("09:00", provider.resource_id) in _held()


def test_a_visit_that_has_begun_or_is_off_is_not_moved(visit: Visit, provider: StaffMember) -> None:
    new = visiting.make_slot(provider, START + HALF)
    with pytest.raises(errors.VisitNotReschedulableError, match="scheduled and has begun"):
        _move(visit, new, now=START)
    cancel_visit(visit=visit, reason=None, as_staff=True, now=BEFORE)
    with pytest.raises(errors.VisitNotReschedulableError, match="cancelled"):
        _move(visit, new)


def test_the_reason_of_a_cancellation_is_not_that_of_the_visit(visit: Visit) -> None:
    cancelled = cancel_visit(visit=visit, reason="Ill", as_staff=False, now=BEFORE)

    assert (cancelled.status, cancelled.reason, cancelled.cancel_reason) == ("cancelled", "Sleep", "Ill")
    assert (cancelled.cancelled_at, cancelled.cancel_fee_minor) == (BEFORE, 0)
    assert _held() == []
    with pytest.raises(errors.VisitNotCancellableError, match="it is cancelled"):
        cancel_visit(visit=visit, reason=None, as_staff=True, now=BEFORE)


@pytest.mark.parametrize(("as_staff", "fee"), [(False, 4500), (True, 0)])
def test_a_late_cancellation_costs_what_was_agreed(slot: Slot, patient: Client, *, as_staff: bool, fee: int) -> None:
    service = visiting.make_visit_type(cancel_notice_minutes=2000, cancel_fee_percent=50, price_minor=9000)
    visit = visiting.make_visit(slot, patient, service)
    Service.objects.update(cancel_fee_percent=0)

    cancelled = cancel_visit(visit=visit, reason=None, as_staff=as_staff, now=BEFORE)

    assert cancelled.cancel_fee_minor == fee


def test_a_visit_goes_its_way(visit: Visit) -> None:
    statuses = [step_visit(visit=visit, step=step, now=START).status for step in (Step.CHECK_IN, Step.START)]
    told = Message.objects.filter(event__in=["completed", "no_show"]).count()
    done = step_visit(visit=visit, step=Step.COMPLETE, now=START + HALF)

    assert statuses == ["checked_in", "in_progress"]
    assert (done.status, done.version, done.schedule_version, told) == ("completed", 4, 1, 0)
    assert occasion(done).stage is Stage.OVER
    assert _held()


def test_the_last_step_is_taken_back_once(visit: Visit) -> None:
    step_visit(visit=visit, step=Step.CHECK_IN, now=START)
    step_visit(visit=visit, step=Step.COMPLETE, now=START)

    undone = step_visit(visit=visit, step=Step.UNDO, now=START)

    assert (undone.status, undone.schedule_version) == ("checked_in", 2)
    assert occasion(undone).stage is Stage.STANDS
    with pytest.raises(errors.ForbiddenStepError, match="checked_in"):
        step_visit(visit=visit, step=Step.UNDO, now=START)


def test_what_was_planned_of_its_being_over_is_dropped_when_it_is_taken_back(visit: Visit) -> None:
    from notifications.models import Rule

    Rule.objects.create(name="Not there?", event="no_show")
    step_visit(visit=visit, step=Step.NO_SHOW, now=START)
    assert Message.objects.get(event="no_show").state == "planned"

    step_visit(visit=visit, step=Step.UNDO, now=START)

    assert Message.objects.get(event="no_show").state == "superseded"


def test_steps_have_their_time_and_their_status(visit: Visit) -> None:
    with pytest.raises(errors.TooEarlyError, match="scheduled"):
        step_visit(visit=visit, step=Step.NO_SHOW, now=BEFORE)
    cancel_visit(visit=visit, reason=None, as_staff=True, now=BEFORE)
    for step in Step:
        with pytest.raises(errors.ForbiddenStepError, match="cancelled"):
            step_visit(visit=visit, step=step, now=START)


@pytest.mark.parametrize(
    "change",
    [
        lambda visit: cancel_visit(visit=visit, reason=None, as_staff=True, now=BEFORE, expected=frozenset({2})),
        lambda visit: _move(visit, visit.slot, expected=frozenset({2})),
        lambda visit: step_visit(visit=visit, step=Step.CHECK_IN, now=START, expected=frozenset({2})),
    ],
)
def test_who_has_read_another_version_changes_nothing(visit: Visit, change: Any) -> None:
    with pytest.raises(StaleVersionError):
        change(visit)
    visit.refresh_from_db()
    assert visit.version == 1
