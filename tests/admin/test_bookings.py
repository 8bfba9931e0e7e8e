"""The bookings of the admin: who sees which, and that changes go through the services."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.rules import Role
from bookings.models import CoachBooking
from notifications.models import Message
from scheduling.models import Reservation
from tests.admin.conftest import AdminBrowser
from tests.support import cast

LIST = "/admin/bookings/coachbooking/"
SignIn = Callable[..., AdminBrowser]


def booked(count: int = 1, *, coach: Any = None) -> list[CoachBooking]:
    coach = coach or cast.make_coach()
    cast.make_office_hour(coach)
    return [
        cast.make_booking(
            coach, cast.make_client(f"Client{n}"), slot_at=cast.tomorrow_at(9) + timedelta(minutes=30 * n)
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_rows(
    sign_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    booked(rows)
    admin = sign_in()
    with django_assert_num_queries(LIST_QUERIES):
        page = admin.get(LIST)
    assert page.status_code == 200
    assert page.content.count(b"Ada Coach") >= rows


# Search path, session, user, roles, brand filter, count, rows, and the first and last date twice.
LIST_QUERIES = 9


def test_search_finds_a_client_by_name(sign_in: SignIn) -> None:
    booked(2)
    page = sign_in().get(LIST, q="Client1").content.decode()
    assert "Client1" in page
    assert "Client0" not in page


def test_cancelling_goes_through_the_service(sign_in: SignIn) -> None:
    (booking,) = booked()
    admin = sign_in()

    answer = admin.post(f"{LIST}{booking.pk}/cancel/", reason="The coach is ill", _form_submitted="true")

    assert answer["HX-Redirect"] == f"{LIST}{booking.pk}/change/"
    booking.refresh_from_db()
    assert (booking.status, booking.cancel_reason) == ("cancelled", "The coach is ill")
    assert not Reservation.objects.filter(subject_id=booking.pk, active=True).exists()
    assert list(Message.objects.order_by("event").values_list("event", "state")) == [
        ("booked", "superseded"),
        ("cancelled", "planned"),
    ]


def test_cancelling_needs_a_reason(sign_in: SignIn) -> None:
    (booking,) = booked()
    sign_in().post(f"{LIST}{booking.pk}/cancel/", reason=" ", _form_submitted="true")
    booking.refresh_from_db()
    assert booking.status == "booked"


@pytest.mark.parametrize("action", ["cancel", "completed", "no_show"])
def test_looking_at_an_action_changes_nothing(sign_in: SignIn, action: str) -> None:
    (booking,) = booked()
    page = sign_in().get(f"{LIST}{booking.pk}/{action}/")
    assert page.status_code == 200
    assert b"csrfmiddlewaretoken" in page.content
    booking.refresh_from_db()
    assert booking.status == "booked"


@pytest.mark.parametrize(("action", "status"), [("completed", "completed"), ("no_show", "no_show")])
def test_what_became_of_a_booking_is_noted_after_its_start(sign_in: SignIn, action: str, status: str) -> None:
    (booking,) = booked()
    admin = sign_in()

    admin.post(f"{LIST}{booking.pk}/{action}/", _form_submitted="true")
    booking.refresh_from_db()
    assert booking.status == "booked", "it has not begun"

    CoachBooking.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    admin.post(f"{LIST}{booking.pk}/{action}/", _form_submitted="true")
    booking.refresh_from_db()
    assert booking.status == status


def test_fields_can_not_be_edited_around_the_services(sign_in: SignIn) -> None:
    (booking,) = booked()
    admin = sign_in(Role.ADMINISTRATOR)
    answer = admin.post(f"{LIST}{booking.pk}/change/", status="completed", notes="changed")
    assert answer.status_code == 403
    assert admin.get(f"{LIST}add/").status_code == 403
    assert admin.post(f"{LIST}{booking.pk}/delete/", post="yes").status_code == 403
    booking.refresh_from_db()
    assert (booking.status, booking.notes) == ("booked", None)


def test_staff_of_another_brand_sees_and_does_nothing(sign_in: SignIn) -> None:
    (booking,) = booked()
    admin = sign_in(Role.MANAGER, brand=cast.make_brand("kids"))
    assert b"Ada Coach" not in admin.get(LIST).content
    assert b"Ada Coach" not in admin.get("/admin/").content
    assert b"Ada Coach" not in admin.get("/admin/scheduling/staffmember/").content
    assert b"Ada Coach" not in admin.get("/admin/scheduling/person/").content
    assert b"Ada Coach" not in admin.get("/admin/scheduling/resource/").content
    assert b"Ada Coach" not in admin.get("/admin/bookings/officehour/").content
    assert b"Client0" not in admin.get("/admin/notifications/message/").content
    assert admin.get(f"{LIST}{booking.pk}/change/").status_code == 302
    assert admin.post(f"{LIST}{booking.pk}/cancel/", reason="x", _form_submitted="true").status_code == 403
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_a_coach_sees_their_own_bookings_alone(sign_in: SignIn) -> None:
    own, other = cast.make_coach("Ada Coach"), cast.make_coach("Zoe Coach")
    booked(1, coach=own)
    booked(1, coach=other)
    admin = sign_in(Role.COACH, user=cast.make_user(own))
    page = admin.get(LIST).content
    assert b"Ada Coach" in page
    assert b"Zoe Coach" not in page
    assert admin.get("/admin/scheduling/person/").status_code == 403


def test_the_front_page_shows_the_week(sign_in: SignIn) -> None:
    booked(3)
    page = sign_in().get("/admin/").content.decode()
    assert "3 bookings in the next 7 days" in page
    assert page.count("sk-booking") == 3


@pytest.mark.parametrize(
    "path",
    [
        "bookings/officehour/", "bookings/officehour/add/", "scheduling/client/", "scheduling/client/add/",
        "scheduling/staffmember/", "scheduling/staffmember/add/", "scheduling/person/", "scheduling/resource/",
        "scheduling/location/", "scheduling/location/add/", "scheduling/room/add/", "scheduling/closure/",
        "visits/provider/", "notifications/message/", "notifications/rule/", "accounts/user/", "accounts/user/add/",
        "access/application/", "brands/brand/",
    ],
)  # fmt: skip
def test_every_page_opens(sign_in: SignIn, path: str) -> None:
    booked()
    assert sign_in(Role.ADMINISTRATOR).get(f"/admin/{path}").status_code == 200


def test_a_page_of_the_search_that_is_none_is_not_found(sign_in: SignIn) -> None:
    booked()
    assert sign_in().get("/admin/search/", s="Client0", page="abc").status_code == 404
