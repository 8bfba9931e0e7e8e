"""Visits and slots in the admin: who sees which, and that changes go through the services."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.rules import Role
from scheduling.models import Reservation
from tests.admin.conftest import AdminBrowser
from tests.support import cast, visiting
from visits.models import Slot, Visit

LIST, SLOTS = "/admin/visits/visit/", "/admin/visits/slot/"
SignIn = Callable[..., AdminBrowser]


def _visits(count: int = 1, *, days: int = 1) -> list[Visit]:
    provider, service = visiting.make_provider(), visiting.make_visit_type()
    return [
        visiting.make_visit(
            visiting.make_slot(provider, cast.tomorrow_at(number, days=days)),
            cast.make_client(f"Client{number}"),
            service,
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("path", [LIST, SLOTS])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_the_same_for_any_number_of_rows(
    sign_in: SignIn, rows: int, path: str, django_assert_num_queries: Any
) -> None:
    _visits(rows)
    admin = sign_in()
    # Search path, session, user, roles, brand filter, count, rows, and the first and last date twice.
    with django_assert_num_queries(9):
        page = admin.get(path)
    assert page.status_code == 200
    assert page.content.count(b"Pia Provider") >= rows


def test_the_front_desk_takes_a_visit_through_its_day(sign_in: SignIn) -> None:
    (visit,) = _visits(days=0)
    desk = sign_in(role=Role.RECEPTIONIST)
    seen = []
    for step in ("check_in", "undo", "no_show", "undo", "start", "complete"):
        answer = desk.post(f"{LIST}{visit.pk}/{step}/", _form_submitted="true")
        assert answer["HX-Redirect"] == f"{LIST}{visit.pk}/change/"
        visit.refresh_from_db()
        seen.append(visit.status)
    assert seen == ["checked_in", "scheduled", "no_show", "scheduled", "in_progress", "completed"]


def test_several_are_checked_in_at_once_and_one_that_is_not_possible_hinders_nobody(sign_in: SignIn) -> None:
    visits = _visits(3, days=0)
    admin = sign_in()
    admin.post(f"{LIST}{visits[0].pk}/check_in/", _form_submitted="true")

    answer = admin.post(LIST, action="check_in_chosen", _selected_action=[str(visit.pk) for visit in visits])

    assert answer.status_code == 302
    assert set(Visit.objects.values_list("status", flat=True)) == {"checked_in"}


def test_cancelling_goes_through_the_service_and_costs_the_client_nothing(sign_in: SignIn) -> None:
    (visit,) = _visits()

    sign_in().post(f"{LIST}{visit.pk}/cancel/", reason="Ill", _form_submitted="true")

    visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason, visit.cancel_fee_minor) == ("cancelled", "Ill", 0)
    assert not Reservation.objects.filter(active=True).exists()


@pytest.mark.parametrize(
    ("days", "offered"), [(3, {"cancel"}), (0, {"check_in", "start", "complete", "no_show", "cancel"})]
)
def test_only_what_is_possible_is_offered(sign_in: SignIn, days: int, offered: set[str]) -> None:
    (visit,) = _visits(days=days)
    page = sign_in().get(f"{LIST}{visit.pk}/change/").content.decode()
    actions = ("check_in", "start", "complete", "no_show", "undo", "cancel")
    assert {name for name in actions if f"{LIST}{visit.pk}/{name}/" in page} == offered


def test_a_slot_is_closed_and_a_booked_one_is_not(sign_in: SignIn) -> None:
    (visit,) = _visits()
    free = visiting.make_slot(visit.provider, cast.tomorrow_at(9))

    sign_in().post(SLOTS, action="close_chosen", _selected_action=[str(free.pk), str(visit.slot_id)])

    assert list(Slot.objects.filter(closed_at=None)) == [visit.slot]


def test_staff_of_another_brand_sees_none(sign_in: SignIn) -> None:
    (visit,) = _visits()
    other = sign_in(role=Role.RECEPTIONIST, brand=cast.make_brand())
    assert b"Pia Provider" not in other.get(LIST).content
    assert b"Pia Provider" not in other.get(SLOTS).content
    other.post(f"{LIST}{visit.pk}/cancel/", reason="x", _form_submitted="true")
    visit.refresh_from_db()
    assert visit.status == "scheduled"
