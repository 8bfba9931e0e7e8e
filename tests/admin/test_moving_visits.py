"""Moving a visit in the admin: to one of the free slots that its page offers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.rules import Role
from scheduling.models import Client
from tests.admin.conftest import AdminBrowser
from tests.support import cast, visiting
from visits.models import Slot, Visit

LIST = "/admin/visits/visit/"
SignIn = Callable[..., AdminBrowser]


@pytest.fixture
def visit(north: Any) -> Visit:
    provider = visiting.make_provider()
    return visiting.make_visit(
        visiting.make_slot(provider, cast.tomorrow_at(9)), cast.make_client(), visiting.make_visit_type()
    )


def _page(visit: Visit, name: str = "move") -> str:
    return f"{LIST}{visit.pk}/{name}/"


def _offered(admin: AdminBrowser, visit: Visit, **query: str) -> set[str]:
    page = admin.get(_page(visit), **query).content.decode()
    return {str(slot.pk) for slot in Slot.objects.all() if f'value="{slot.pk}"' in page}


def _other(visit: Visit, hour: int, **more: Any) -> Slot:
    return visiting.make_slot(visit.provider, cast.tomorrow_at(hour), **more)


def test_free_slots_that_fit_are_offered_with_their_provider(sign_in: SignIn, visit: Visit) -> None:
    same, touching = _other(visit, 11), visiting.make_slot(visit.provider, cast.tomorrow_at(9, 30))
    eve = visiting.make_provider("Eve Other")
    eves = visiting.make_slot(eve, cast.tomorrow_at(11))
    # Not: its own, a short one, one that is booked, one whose provider is busy, a closed one, the client's own.
    _other(visit, 12, minutes=15)
    visiting.make_visit(_other(visit, 13), cast.make_client("Carol Client"), visit.service)
    visiting.make_slot(eve, cast.tomorrow_at(14))
    cast.make_office_hour(eve)
    cast.make_booking(eve, cast.make_client("Dora Client"), slot_at=cast.tomorrow_at(14))
    Slot.objects.filter(pk=_other(visit, 15).pk).update(closed_at=cast.MONDAY)
    both = visiting.make_provider("Both Roles")
    Visit.objects.filter(pk=visit.pk).update(client=Client.objects.create(person=both.person))
    visiting.make_slot(both, cast.tomorrow_at(16))

    admin = sign_in()

    assert _offered(admin, visit) == {str(same.pk), str(touching.pk), str(eves.pk)}
    assert "Eve Other" in admin.get(_page(visit)).content.decode()
    assert _offered(admin, visit, provider=str(eve.pk)) == {str(eves.pk)}
    assert _offered(admin, visit, provider="nonsense") == {str(same.pk), str(touching.pk), str(eves.pk)}


def test_only_who_does_this_visit_type_is_offered(sign_in: SignIn, visit: Visit) -> None:
    visit.service.staff.add(visit.provider)
    visiting.make_slot(visiting.make_provider("Eve Other"), cast.tomorrow_at(11))
    assert _offered(sign_in(), visit) == set()


def test_other_weeks_are_a_click_away_and_nonsense_is_today(sign_in: SignIn, visit: Visit) -> None:
    later = visiting.make_slot(visit.provider, cast.tomorrow_at(9, days=20))
    admin = sign_in()

    page = admin.get(_page(visit)).content.decode()

    assert f"?from={later.starts_at.date()}" in page
    assert _offered(admin, visit) == set()
    assert _offered(admin, visit, **{"from": str(later.starts_at.date())}) == {str(later.pk)}
    for nonsense in ("x", "2026-02-30", "9999-12-31", "0001-01-01"):
        assert admin.get(_page(visit), **{"from": nonsense}).status_code == 200


def test_where_nothing_is_free_the_way_out_is_said(sign_in: SignIn, visit: Visit) -> None:
    page = sign_in().get(_page(visit)).content.decode()
    assert "in the next three months" in page
    assert "/admin/visits/slot/open" in page


def test_a_chosen_slot_is_taken_through_the_service(sign_in: SignIn, visit: Visit) -> None:
    slot = visiting.make_slot(visiting.make_provider("Eve Other"), cast.tomorrow_at(11))
    admin = sign_in(Role.RECEPTIONIST)

    answer = admin.post(_page(visit), slot=str(slot.pk))

    assert answer["Location"] == _page(visit, "change")
    visit.refresh_from_db()
    assert (visit.slot_id, visit.provider, visit.schedule_version) == (slot.pk, slot.provider, 1)
    assert "with Eve Other" in admin.get(_page(visit, "change")).content.decode()


def test_a_slot_that_was_taken_meanwhile_is_said(sign_in: SignIn, visit: Visit) -> None:
    slot = _other(visit, 11)
    visiting.make_visit(slot, cast.make_client("Carol Client"), visit.service)
    admin = sign_in()

    answer = admin.post(_page(visit), slot=str(slot.pk))

    assert answer["Location"] == _page(visit)
    assert "is booked" in admin.get(_page(visit)).content.decode()
    visit.refresh_from_db()
    assert visit.version == 1


@pytest.mark.parametrize("slot", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_slot_is_said(sign_in: SignIn, visit: Visit, slot: str) -> None:
    admin = sign_in()
    assert admin.post(_page(visit), slot=slot).status_code == 302
    page = admin.get(_page(visit)).content.decode()
    assert "Choose one of the slots" in page or "no open slot with this id" in page
    visit.refresh_from_db()
    assert visit.version == 1


def test_another_brands_slot_is_none(sign_in: SignIn, visit: Visit) -> None:
    kids = cast.make_brand("kids")
    foreign = visiting.make_slot(visiting.make_provider("Kim Kids", brand=kids), cast.tomorrow_at(11), brand=kids)
    admin = sign_in()

    assert _offered(admin, visit) == set()
    admin.post(_page(visit), slot=str(foreign.pk))

    visit.refresh_from_db()
    assert visit.version == 1


def test_what_has_begun_has_no_button_to_move_it(sign_in: SignIn, visit: Visit) -> None:
    admin = sign_in()
    assert _page(visit) in admin.get(_page(visit, "change")).content.decode()
    Visit.objects.update(starts_at=cast.tomorrow_at(9, days=-1))
    assert _page(visit) not in admin.get(_page(visit, "change")).content.decode()


def test_staff_of_another_brand_moves_nothing(sign_in: SignIn, visit: Visit) -> None:
    slot = _other(visit, 11)
    admin = sign_in(Role.MANAGER, brand=cast.make_brand("kids"))
    assert admin.get(_page(visit)).status_code == 403
    assert admin.post(_page(visit), slot=str(slot.pk)).status_code == 403
    visit.refresh_from_db()
    assert visit.version == 1


@pytest.mark.parametrize("slots", [1, 5])
def test_the_page_costs_the_same_for_any_number_of_slots(
    sign_in: SignIn, visit: Visit, slots: int, django_assert_num_queries: Any
) -> None:
    for number in range(slots):
        visiting.make_slot(visiting.make_provider(f"Eve{number}"), cast.tomorrow_at(11) + timedelta(hours=number))
    admin = sign_in()
    with django_assert_num_queries(16):
        admin.get(_page(visit))
