"""Whatever is typed, sent or in the way: the admin answers with a page that says so, not with a 500."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client as Browser
from psycopg.errors import DiskFull, LockNotAvailable, NotNullViolation

from accounts.models import User
from accounts.rules import Role
from bookings.models import CoachBooking
from scheduling.models import Client, HoursException, Person, Resource
from scheduling.services.register_person import EmailTakenError
from tenants.context import activate_public
from tests.admin.conftest import AdminBrowser
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
BOOKINGS = "/admin/bookings/coachbooking/"


@pytest.mark.parametrize("page", ["abc/change/", "%00/change/", "abc/history/", "abc/delete/"])
def test_what_is_no_booking_leads_back(sign_in: SignIn, page: str) -> None:
    assert sign_in(Role.ADMINISTRATOR).get(f"{BOOKINGS}{page}").status_code in {302, 403}


@pytest.mark.parametrize("action", ["cancel", "completed", "no_show"])
@pytest.mark.parametrize("booking", ["x", "%00", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_booking_has_no_actions(sign_in: SignIn, booking: str, action: str) -> None:
    admin = sign_in()
    assert admin.get(f"{BOOKINGS}{booking}/{action}/").status_code == 403
    assert admin.post(f"{BOOKINGS}{booking}/{action}/", reason="x", _form_submitted="true").status_code == 403


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("bookings/coachbooking/", "status__exact"), ("bookings/coachbooking/", "q"),
        ("notifications/message/", "state__exact"), ("autocomplete/", "term"), ("search/", "s"), ("", "x\0"),
    ],
)  # fmt: skip
def test_a_nul_character_is_a_bad_request(sign_in: SignIn, page: str, field: str) -> None:
    admin = sign_in()
    assert admin.get(f"/admin/{page}", **{field: "\0"}).status_code == 400
    assert admin.post(f"/admin/{page}", **{field: "\0"}).status_code == 400


@pytest.mark.django_db
def test_a_nul_character_is_a_bad_request_for_operators_too() -> None:
    activate_public()
    browser = Browser(headers={"Host": "localhost"})
    browser.force_login(User.objects.create_superuser("operator@example.com", "a password"))
    assert browser.get("/admin/tenants/tenant/", {"status__exact": "\0"}).status_code == 400


def test_nothing_is_shown_on_a_public_site(sign_in: SignIn) -> None:
    assert sign_in(Role.ADMINISTRATOR).get("/admin/r/1/1/").status_code == 404


def test_two_days_off_on_one_day_are_one_too_many(sign_in: SignIn) -> None:
    resource = Resource.objects.create(kind="room", name="Blue room")
    row = {"date": "2030-01-07", "starts": "", "ends": "", "resource": str(resource.pk)}
    form = {
        "name": "Blue room", "timezone": "UTC", "location": "", "is_active": "on",
        "working_hours-TOTAL_FORMS": "0", "working_hours-INITIAL_FORMS": "0",
        "hours_exceptions-TOTAL_FORMS": "2", "hours_exceptions-INITIAL_FORMS": "0",
        **{f"hours_exceptions-{n}-{name}": value for n in (0, 1) for name, value in row.items()},
    }  # fmt: skip
    admin = sign_in(Role.MANAGER)
    path = f"/admin/scheduling/resource/{resource.pk}/change/"
    page = admin.post(path, **form)
    assert b"two exceptions of one day" in page.content
    assert not HoursException.objects.exists()

    form |= {"hours_exceptions-1-DELETE": "on"}
    assert admin.post(path, **form).status_code == 302
    again = admin.post(path, **form)
    assert again.status_code == 200, "there is one already"
    assert HoursException.objects.count() == 1


def refused_by(cause: Exception) -> Callable[..., Any]:
    def refuse(**_data: Any) -> Any:
        raise OperationalError(str(cause)) from cause

    return refuse


def test_a_locked_booking_is_to_be_tried_again(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    booking = cast.make_booking(coach, cast.make_client(), slot_at=cast.tomorrow_at(9))
    monkeypatch.setattr("bookings.admin_bookings.cancel_coach_booking", refused_by(LockNotAvailable("lock timeout")))
    admin = sign_in()
    answer = admin.post(f"{BOOKINGS}{booking.pk}/cancel/", reason="x", _form_submitted="true")
    assert "Repeat" in admin.get(answer["HX-Redirect"]).content.decode()
    assert CoachBooking.objects.get().status == "booked"


def test_what_will_not_pass_is_not_hidden(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    booking = cast.make_booking(coach, cast.make_client(), slot_at=cast.tomorrow_at(9))
    monkeypatch.setattr("bookings.admin_bookings.cancel_coach_booking", refused_by(NotNullViolation("a defect")))
    with pytest.raises(OperationalError):
        sign_in().post(f"{BOOKINGS}{booking.pk}/cancel/", reason="x", _form_submitted="true")


def test_an_address_of_another_person_is_refused_at_the_form(sign_in: SignIn) -> None:
    bob, carol = cast.make_client("Bob").person, cast.make_client("Carol").person
    page = sign_in().post(
        f"/admin/scheduling/person/{carol.pk}/change/",
        given_name="Caroline", family_name="", email=bob.email.upper(), phone="", language="en", timezone="UTC",
    )  # fmt: skip
    assert page.status_code == 200
    assert "Another person of this tenant has this e-mail address." in page.content.decode()
    assert "Caroline" in page.content.decode(), "what was typed is kept"
    assert Person.objects.get(pk=carol.pk).given_name == "Carol"


def test_an_address_that_is_taken_meanwhile_is_refused_at_the_form(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(**_data: Any) -> None:
        raise EmailTakenError

    monkeypatch.setattr("scheduling.admin.change_person", change)
    carol = cast.make_client("Carol").person
    page = sign_in().post(
        f"/admin/scheduling/person/{carol.pk}/change/",
        given_name="Caroline", family_name="", email="c@example.com", phone="", language="en", timezone="UTC",
    )  # fmt: skip
    assert page.status_code == 200
    assert "Another person of this tenant has this e-mail address." in page.content.decode()


def test_a_registration_that_fails_late_leaves_nothing_and_keeps_what_was_typed(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduling.admin.become", lambda _row, _made: refused_by(DiskFull("full"))())
    page = sign_in().post(
        "/admin/scheduling/client/add/",
        given_name="Mara", family_name="Field", email="mara@example.com", phone="", timezone="UTC",
        brand=str(cast.main_brand().pk),
    )  # fmt: skip
    assert page.status_code == 200
    assert "Repeat" in page.content.decode()
    assert "mara@example.com" in page.content.decode()
    assert not Client.objects.exists()
    assert not Person.objects.exists()
