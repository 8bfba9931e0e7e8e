"""The page 'History': in words, for those who may see the row, and of the brands that they know."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.rules import Role
from accounts.services.issue_token import issue_token
from bookings.models import CoachBooking
from scheduling.models import Closure, Location
from scheduling.services.erase_history import erase_history
from scheduling.services.register_room import register_room
from tests.admin.conftest import AdminBrowser, sign_in
from tests.support import cast
from tests.support.http import Rest

__all__ = ["sign_in"]
SignIn = Callable[..., AdminBrowser]
BOOKINGS = "/admin/bookings/coachbooking/"


@pytest.fixture
def booking(north: Any) -> CoachBooking:
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    return cast.make_booking(coach, cast.make_client(), slot_at=cast.tomorrow_at(9))


def page_of(admin: AdminBrowser, path: str) -> str:
    answer = admin.get(path)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def test_a_booking_s_history_in_words(sign_in: SignIn, booking: CoachBooking) -> None:
    User.objects.create_user("rita@north.test", "x", is_staff=True, name="Rita Receptionist")
    admin = sign_in(user=User.objects.get(email="rita@north.test"))
    admin.post(f"{BOOKINGS}{booking.pk}/cancel/", reason="A cold", _form_submitted="true")

    page = page_of(admin, f"{BOOKINGS}{booking.pk}/history/")

    assert page.index("Coach booking changed") < page.index("Coach booking created")
    assert "by Rita Receptionist" in page
    assert "<del>Booked</del>" in page
    assert ">Cancelled</ins>" in page
    assert "A cold" in page, "who may see the booking may see its reason"
    assert "Ada Coach" in page
    assert str(booking.coach_id) not in page.split("sk-history")[1].split("Coach</dt>")[1][:60]
    # The tenant's zone is Berlin's.
    local = booking.starts_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert f"{local:%H:%M}" in page


def test_an_application_by_name(sign_in: SignIn, north: Any) -> None:
    application = cast.make_application()
    token = issue_token(application=application, user=None, scopes=None, now=datetime.now(tz=UTC))
    made = Rest(north, token).post("/v1/clients", {"given_name": "Dora"}).json()
    page = page_of(sign_in(), f"/admin/scheduling/person/{made['id']}/history/")
    assert f"by {application.name} (application)" in page
    assert "Dora" in page


def test_the_button_leads_there(sign_in: SignIn, booking: CoachBooking) -> None:
    page = page_of(sign_in(), f"{BOOKINGS}{booking.pk}/change/")
    assert f"{BOOKINGS}{booking.pk}/history/" in page


def test_who_may_not_see_the_booking_sees_no_history(sign_in: SignIn, booking: CoachBooking) -> None:
    admin = sign_in(Role.MANAGER, brand=cast.make_brand("kids"))
    assert admin.get(f"{BOOKINGS}{booking.pk}/history/").status_code == 302
    other = cast.make_coach("Zoe Coach")
    coach = sign_in(Role.COACH, user=cast.make_user(other))
    assert coach.get(f"{BOOKINGS}{booking.pk}/history/").status_code == 302
    assert coach.get(f"/admin/scheduling/person/{other.person_id}/history/").status_code == 302


def test_other_brands_stay_unnamed(sign_in: SignIn, north: Any) -> None:
    secret = cast.make_brand("secret")
    client = cast.make_client()
    client.brands.add(secret)
    path = f"/admin/scheduling/person/{client.person_id}/history/"
    assert "Secret" not in page_of(sign_in(Role.RECEPTIONIST, brand=cast.main_brand()), path)
    assert "Secret" in page_of(sign_in(Role.MANAGER), path)


def test_what_was_erased_is_said_to_be(sign_in: SignIn, north: Any) -> None:
    client = cast.make_client("Canary Client")
    type(client.person).objects.filter(pk=client.person_id).update(given_name="Nobody", family_name="")
    erase_history(person=client.person)
    page = page_of(sign_in(), f"/admin/scheduling/person/{client.person_id}/history/")
    assert "Canary" not in page
    assert "<em>erased</em>" in page


def test_a_user_s_roles_are_in_their_history_and_no_password(sign_in: SignIn, north: Any) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    page = page_of(admin, f"/admin/accounts/user/{admin.user.pk}/history/")
    assert "Membership created" in page
    assert "Administrator" in page
    assert "Password</dt> <dd> <em>not recorded</em>" in page
    assert "md5$" not in page
    assert "pbkdf2" not in page


def test_the_page_costs_the_same_for_any_number_of_changes(sign_in: SignIn, booking: CoachBooking) -> None:
    admin = sign_in()
    path = f"{BOOKINGS}{booking.pk}/history/"
    costs = []
    for changes in (1, 3):
        for _ in range(changes):
            booking.refresh_from_db()
            CoachBooking.objects.update(starts_at=booking.starts_at + timedelta(minutes=5))
        page_of(admin, path)
        with CaptureQueriesContext(connection) as captured:
            page_of(admin, path)
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_long_histories_have_pages(sign_in: SignIn, north: Any) -> None:
    location = Location.objects.create(name="Pier 0")
    for number in range(1, 60):
        Location.objects.update(name=f"Pier {number}")
    path = f"/admin/scheduling/location/{location.pk}/history/"
    admin = sign_in()
    first = page_of(admin, path)
    older = first.split('href="?before=')[1].split('"')[0]
    second = page_of(admin, f"{path}?before={older}")
    assert first.count("sk-change") + second.count("sk-change") == 60
    assert "Location created" in second
    assert "Older changes" not in second
    assert admin.get(f"{path}?before=nonsense").status_code == 200
    assert admin.get(f"{path}?before={'9' * 30}").status_code == 200


@pytest.mark.parametrize("path", ["scheduling/room", "scheduling/closure", "notifications/message", "brands/brand"])
def test_every_history_opens(sign_in: SignIn, booking: CoachBooking, path: str) -> None:
    register_room(name="Blue", location=Location.objects.create(name="Pier"), seats=2)
    Closure.objects.create(name="Holidays", starts_on="2030-01-01", ends_on="2030-01-02")
    row = apps.get_model(path.replace("/", "."))._default_manager.first()
    assert row is not None
    page = page_of(sign_in(Role.ADMINISTRATOR), f"/admin/{path}/{row.pk}/history/")
    # A message is not audited: nothing there, and nobody else's history.
    assert ("sk-change" in page) is (path != "notifications/message")
