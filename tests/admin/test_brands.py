"""A role holds in its own brand: two memberships are not the product of their roles and brands."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.rules import Role
from bookings.models import CoachBooking, OfficeHour
from notifications.models import Rule
from scheduling.models import Closure
from tests.admin.conftest import AdminBrowser
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
BOOKINGS = "/admin/bookings/coachbooking/"
HOURS = "/admin/bookings/officehour/"
CLOSURES = "/admin/scheduling/closure/"


def also(admin: AdminBrowser, role: Role, brand: Any = None) -> AdminBrowser:
    Membership.objects.create(user=admin.user, role=role, brand=brand)
    return admin


def booked(coach: Any) -> CoachBooking:
    cast.make_office_hour(coach)
    return cast.make_booking(coach, cast.make_client(), slot_at=cast.tomorrow_at(9))


def closure(name: str, brand: Any = None) -> Closure:
    return Closure.objects.create(name=name, starts_on=date(2030, 1, 1), ends_on=date(2030, 1, 2), brand=brand)


def hours_form(**changes: Any) -> dict[str, Any]:
    return {
        "weekdays": ["1"], "start_time": "10:00", "end_time": "12:00", "timezone": "UTC", "duration_minutes": "30",
        "notice_minutes": "0", "horizon_days": "60", "is_active": "on",
        "exceptions-TOTAL_FORMS": "0", "exceptions-INITIAL_FORMS": "0", **changes,
    }  # fmt: skip


def test_a_receptionist_of_one_brand_who_coaches_in_another_has_no_part_of_it_but_their_own(sign_in: SignIn) -> None:
    own, other = cast.make_coach("Ada Coach"), cast.make_coach("Zoe Coach")
    mine, theirs = booked(own), booked(other)
    admin = sign_in(Role.RECEPTIONIST, brand=cast.make_brand("kids"), user=cast.make_user(own))
    also(admin, Role.COACH, cast.main_brand())

    page = admin.get(BOOKINGS).content
    assert b"Ada Coach" in page
    assert b"Zoe Coach" not in page
    assert admin.post(f"{BOOKINGS}{theirs.pk}/cancel/", reason="x", _form_submitted="true").status_code == 403
    assert admin.post(f"{BOOKINGS}{mine.pk}/cancel/", reason="x", _form_submitted="true").status_code == 200
    assert set(CoachBooking.objects.values_list("coach", "status")) == {
        (own.pk, "cancelled"), (other.pk, "booked"),
    }  # fmt: skip
    assert b"Zoe Coach" not in admin.get("/admin/scheduling/person/").content


def test_an_administrator_of_one_brand_who_coaches_in_all_gives_no_access(sign_in: SignIn) -> None:
    admin = also(sign_in(Role.ADMINISTRATOR, brand=cast.make_brand("kids")), Role.COACH)
    assert admin.get("/admin/accounts/user/").status_code == 403
    assert b"/admin/accounts/user/" not in admin.get("/admin/").content


def test_who_sees_a_brand_without_changing_it_changes_nothing_there(sign_in: SignIn) -> None:
    coach = cast.make_coach()
    hours = cast.make_office_hour(coach)
    admin = also(sign_in(Role.MANAGER, brand=cast.make_brand("kids")), Role.RECEPTIONIST, cast.main_brand())
    assert b"Ada Coach" in admin.get(HOURS).content
    assert admin.get(f"{HOURS}{hours.pk}/change/").status_code == 200
    assert admin.post(f"{HOURS}{hours.pk}/change/", **hours_form()).status_code == 403
    refused = admin.post(f"{HOURS}add/", **hours_form(coach=str(coach.pk), brand=str(cast.main_brand().pk)))
    assert b"not one of the available choices" in refused.content
    assert OfficeHour.objects.get().start_time.hour == 9


def test_a_coach_changes_their_own_office_hours_and_nobody_elses(sign_in: SignIn) -> None:
    own, other = cast.make_coach("Ada Coach"), cast.make_coach("Zoe Coach")
    mine, theirs = cast.make_office_hour(own), cast.make_office_hour(other)
    admin = sign_in(Role.COACH, user=cast.make_user(own))
    page = admin.get(HOURS).content
    assert b"Ada Coach" in page
    assert b"Zoe Coach" not in page
    exception = {
        "exceptions-TOTAL_FORMS": "1", "exceptions-0-date": "2030-01-07", "exceptions-0-start_time": "",
        "exceptions-0-end_time": "", "exceptions-0-office_hour": str(mine.pk),
    }  # fmt: skip
    answer = admin.post(f"{HOURS}{mine.pk}/change/", **hours_form(**exception))
    assert answer.status_code == 302, answer.content
    admin.post(f"{HOURS}{theirs.pk}/change/", **hours_form())
    assert admin.get(f"{HOURS}add/").status_code == 403
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.start_time.hour, mine.exceptions.count()) == (10, 1)
    assert theirs.start_time.hour == 9


def test_a_filter_does_not_name_a_coach_of_another_brand(sign_in: SignIn) -> None:
    coach = cast.make_coach("Ada Coach")
    admin = sign_in(Role.MANAGER, brand=cast.make_brand("kids"))
    for page in (BOOKINGS, HOURS):
        assert b"Ada Coach" not in admin.get(page, coach__id__exact=coach.pk).content
    assert b"Ada Coach" in sign_in(Role.RECEPTIONIST).get(BOOKINGS, coach__id__exact=coach.pk).content


def test_another_brands_closure_is_out_of_reach(sign_in: SignIn) -> None:
    kids, main = cast.make_brand("kids"), cast.main_brand()
    own, other, shared = closure("Own", kids), closure("Other", main), closure("Shared")
    admin = sign_in(Role.MANAGER, brand=kids)

    page = admin.get(CLOSURES).content
    assert b"Own" in page
    assert b"Shared" in page
    assert b"Other" not in page
    assert admin.get(f"{CLOSURES}{shared.pk}/change/").status_code == 200
    changed = {"name": "New", "starts_on": "2030-01-01", "ends_on": "2030-01-02", "location": ""}
    assert admin.post(f"{CLOSURES}{shared.pk}/change/", **changed, brand=str(kids.pk)).status_code == 403
    assert admin.post(f"{CLOSURES}{shared.pk}/delete/", post="yes").status_code == 403
    admin.post(f"{CLOSURES}{other.pk}/delete/", post="yes")
    admin.post(CLOSURES, action="delete_selected", _selected_action=[shared.pk, other.pk], post="yes")
    assert set(Closure.objects.values_list("name", flat=True)) == {"Own", "Other", "Shared"}
    assert admin.post(f"{CLOSURES}{own.pk}/delete/", post="yes").status_code == 302
    assert not Closure.objects.filter(pk=own.pk).exists()


@pytest.mark.parametrize("brand", ["", "main"])
def test_a_manager_of_one_brand_closes_that_one_alone(sign_in: SignIn, brand: str) -> None:
    kids = cast.make_brand("kids")
    fields = {"name": "New", "starts_on": "2030-01-01", "ends_on": "2030-01-02", "location": ""}
    admin = sign_in(Role.MANAGER, brand=kids)
    assert admin.post(f"{CLOSURES}add/", **fields, brand=brand and str(cast.main_brand().pk)).status_code == 200
    assert not Closure.objects.exists()
    assert admin.post(f"{CLOSURES}add/", **fields, brand=str(kids.pk)).status_code == 302
    assert Closure.objects.get().brand == kids


def test_a_manager_of_all_brands_closes_all(sign_in: SignIn) -> None:
    fields = {"name": "New", "starts_on": "2030-01-01", "ends_on": "2030-01-02", "location": "", "brand": ""}
    assert sign_in(Role.MANAGER).post(f"{CLOSURES}add/", **fields).status_code == 302
    assert Closure.objects.get().brand is None


@pytest.mark.parametrize(
    "page",
    ["scheduling/closure/", "scheduling/client/", "scheduling/staffmember/", "brands/brand/", "notifications/rule/",
     "bookings/coachbooking/", "bookings/officehour/", "scheduling/closure/add/", "scheduling/client/add/"],
)  # fmt: skip
def test_no_page_names_another_brand(sign_in: SignIn, page: str) -> None:
    kids = cast.make_brand("kids")
    cast.make_brand("sports")
    secret = cast.make_brand("secret")
    Rule.objects.create(event="booked", brand=secret)
    for registered in (cast.make_client(brand=secret), cast.make_coach(brand=secret)):
        registered.brands.add(kids)
    closure("A day", secret)
    admin = sign_in(Role.MANAGER, brand=kids)
    also(admin, Role.MANAGER, cast.main_brand())
    content = admin.get(f"/admin/{page}").content
    assert b"Secret" not in content
    assert b"Secret" in sign_in(Role.ADMINISTRATOR).get(f"/admin/{page}").content


def test_the_past_is_the_coachs_own_to_note(sign_in: SignIn) -> None:
    own, other = cast.make_coach("Ada Coach"), cast.make_coach("Zoe Coach")
    mine, theirs = booked(own), booked(other)
    for booking in (mine, theirs):
        CoachBooking.objects.filter(pk=booking.pk).update(starts_at=booking.starts_at - timedelta(days=3))
    admin = sign_in(Role.COACH, user=cast.make_user(own))
    assert b"/completed/" in admin.get(f"{BOOKINGS}{mine.pk}/change/").content
    admin.post(f"{BOOKINGS}{mine.pk}/completed/", _form_submitted="true")
    assert admin.post(f"{BOOKINGS}{theirs.pk}/completed/", _form_submitted="true").status_code == 403
    assert CoachBooking.objects.get(pk=mine.pk).status == "completed"
    assert CoachBooking.objects.get(pk=theirs.pk).status == "booked"


def test_who_belongs_to_another_brand_is_registered_and_changed_by_those_of_all(sign_in: SignIn) -> None:
    kids = cast.make_brand("kids")
    person = cast.make_client("Mara").person
    new = {"given_name": "Mara", "family_name": "", "email": person.email, "phone": "", "timezone": "UTC"}
    of_kids, of_all = sign_in(Role.RECEPTIONIST, brand=kids), sign_in(Role.MANAGER)
    page = of_kids.post("/admin/scheduling/client/add/", **new, brand=str(kids.pk))
    assert "another brand" in page.content.decode()
    assert of_all.post("/admin/scheduling/client/add/", **new, brand=str(kids.pk)).status_code == 302
    assert person.client.brands.count() == 2

    changes = {**new, "given_name": "Maria", "language": "en"}
    page = of_kids.post(f"/admin/scheduling/person/{person.pk}/change/", **changes)
    assert "another brand" in page.content.decode()
    assert of_all.post(f"/admin/scheduling/person/{person.pk}/change/", **changes).status_code == 302
    person.client.brands.remove(cast.main_brand())
    changes["given_name"] = "Mary"
    assert of_kids.post(f"/admin/scheduling/person/{person.pk}/change/", **changes).status_code == 302
    person.refresh_from_db()
    assert person.given_name == "Mary"
