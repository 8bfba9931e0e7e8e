"""Opening slots in the admin: the preview, the opening, one by hand, and who may."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from accounts.rules import Role
from scheduling.models import Closure, StaffMember, WorkingHours
from tests.admin.conftest import AdminBrowser
from tests.support import cast, visiting
from visits.models import Provider, Slot

LIST, MANY, ONE = "/admin/visits/slot/", "/admin/visits/slot/open/", "/admin/visits/slot/open-one/"
SignIn = Callable[..., AdminBrowser]
# Of when these lines are read: a run may last past midnight.
TEN = cast.tomorrow_at(10, days=2)
DAY = TEN.date()


@pytest.fixture
def provider(north: Any) -> StaffMember:
    provider = visiting.make_provider()
    WorkingHours.objects.bulk_create(
        WorkingHours(resource=provider.resource, weekday=weekday, starts=time(9), ends=time(12))
        for weekday in range(1, 8)
    )
    return provider


def _asked(provider: StaffMember, /, **changes: Any) -> dict[str, Any]:
    return {
        "provider": Provider.objects.get(staff_member=provider).pk,
        "first_day": str(DAY),
        "last_day": str(DAY + timedelta(days=1)),
        "visit_type": "",
        "length": 60,
        "gap": "",
        "starts": "",
        "ends": "",
        "weekdays": ["1", "2", "3", "4", "5", "6", "7"],
        **changes,
    }


def _page(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_list_leads_to_both_ways_of_opening(sign_in: SignIn) -> None:
    page = _page(sign_in().get(LIST))
    assert MANY in page
    assert ONE in page


def test_a_preview_is_a_picture_and_opens_nothing(sign_in: SignIn, provider: StaffMember) -> None:
    visiting.make_slot(provider, TEN)
    Closure.objects.create(name="Fair", starts_on=DAY + timedelta(days=1), ends_on=DAY + timedelta(days=1))

    page = _page(sign_in().get(MANY, **_asked(provider)))

    assert [page.count(f'class="sk-bar-{kind}"') for kind in ("opens", "open", "closed", "busy")] == [2, 1, 3, 0]
    assert "Open 2 slots" in page
    assert "The provider has an open slot in this time already." in page
    assert Slot.objects.count() == 1


def test_what_the_picture_shows_is_opened_and_then_shown_as_open(sign_in: SignIn, provider: StaffMember) -> None:
    admin = sign_in(Role.RECEPTIONIST)

    answer = admin.post(MANY, **_asked(provider))

    assert answer.status_code == 302
    assert Slot.objects.open().count() == 6
    page = _page(admin.get(answer["Location"]))
    assert "6 slots of Pia Provider opened" in page
    assert page.count('class="sk-bar-open"') == 6
    assert "Nothing more can be opened" in page


def test_a_visit_type_says_the_length(sign_in: SignIn, provider: StaffMember) -> None:
    service = visiting.make_visit_type(duration_minutes=90)
    sign_in().post(MANY, **_asked(provider, visit_type=str(service.pk), length=""))
    assert {slot.minutes for slot in Slot.objects.all()} == {90}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"length": ""}, "Give a length, or choose a visit type."),
        ({"length": "4"}, "greater than or equal to 5"),
        ({"first_day": "0001-01-01"}, "Choose 1 to 92 days"),
        ({"last_day": "9999-12-31"}, "Choose 1 to 92 days"),
        ({"weekdays": []}, "This field is required"),
        ({"provider": "0"}, "Select a valid choice"),
        ({"starts": "nine"}, "Enter a valid time"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_wrong_is_said_at_the_form(
    sign_in: SignIn, provider: StaffMember, changes: dict[str, Any], said: str, method: str
) -> None:
    page = _page(getattr(sign_in(), method)(MANY, **_asked(provider, **changes)))
    assert said in page
    assert "sk-bar-" not in page
    assert not Slot.objects.exists()


def test_where_there_are_no_hours_it_is_said_where_they_are_kept(sign_in: SignIn, provider: StaffMember) -> None:
    WorkingHours.objects.all().delete()
    page = _page(sign_in().get(MANY, **_asked(provider)))
    assert "Calendars and hours" in page
    assert "<svg viewBox" not in page


@pytest.mark.parametrize("days", [1, 30])
def test_the_preview_costs_the_same_for_any_number_of_slots(
    sign_in: SignIn, provider: StaffMember, days: int, django_assert_num_queries: Any
) -> None:
    admin = sign_in()
    asked = _asked(provider, last_day=str(DAY + timedelta(days=days - 1)))
    with django_assert_num_queries(12):
        admin.get(MANY, **asked)


def test_one_slot_is_opened_by_hand_on_the_providers_clock(sign_in: SignIn, north: Any) -> None:
    provider = visiting.register(cast.make_coach("Ada Far", timezone="Asia/Kolkata"))
    asked = {"provider": Provider.objects.get().pk, "day": str(DAY), "start": "20:15", "length": "45"}
    admin = sign_in()

    answer = admin.post(ONE, **asked)

    assert answer["Location"] == LIST
    slot = Slot.objects.get(provider=provider)
    assert (f"{slot.starts_at:%H:%M}", slot.minutes) == ("14:45", 45)
    again = _page(admin.post(ONE, **asked))
    assert "has an open slot in this time already" in again
    past = _page(admin.post(ONE, **{**asked, "day": "2020-01-01"}))
    assert "A slot is opened before it begins" in past
    assert Slot.objects.count() == 1


def test_a_slot_that_can_not_be_booked_yet_is_opened_with_a_word(sign_in: SignIn, provider: StaffMember) -> None:
    Closure.objects.create(name="Fair", starts_on=DAY, ends_on=DAY)
    admin = sign_in()
    asked = {"provider": Provider.objects.get().pk, "day": str(DAY), "start": "10:00", "length": "30"}
    answer = admin.post(ONE, **asked)
    assert "be booked yet" in _page(admin.get(answer["Location"]))


@pytest.mark.parametrize("path", [MANY, ONE])
def test_staff_of_another_brand_opens_nothing(sign_in: SignIn, provider: StaffMember, path: str) -> None:
    kids = cast.make_brand("kids")
    visiting.make_provider("Kim Kids", brand=kids)
    other = sign_in(Role.MANAGER, brand=kids)
    asked = {**_asked(provider), "day": str(DAY), "start": "10:00"}

    assert "Pia Provider" not in _page(other.get(path))
    assert "Kim Kids" in _page(other.get(path))
    for method in (other.get, other.post):
        page = _page(method(path, **asked))
        assert "Pia Provider" not in page
        assert "sk-bar-" not in page
    assert not Slot.objects.exists()


@pytest.mark.parametrize("path", [MANY, ONE])
def test_a_provider_opens_their_own_slots_and_nobody_elses(sign_in: SignIn, provider: StaffMember, path: str) -> None:
    other = visiting.make_provider("Eve Other")
    asked = {**_asked(provider), "day": str(DAY), "start": "10:00"}
    themselves = sign_in(Role.COACH, user=cast.make_user(provider))

    page = _page(themselves.get(path))
    assert "Pia Provider" in page
    assert "Eve Other" not in page
    themselves.post(path, **{**asked, "provider": Provider.objects.get(staff_member=other).pk})
    assert not Slot.objects.exists()
    themselves.post(path, **asked)
    assert set(Slot.objects.values_list("provider", flat=True)) == {provider.pk}


def test_without_a_provider_it_is_said_how_one_becomes_one(sign_in: SignIn) -> None:
    for path in (MANY, ONE):
        assert "There is no provider yet" in _page(sign_in(Role(("manager", "receptionist")[path == ONE])).get(path))
