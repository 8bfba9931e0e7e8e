"""A booking's buttons and its page: moving it to a slot of the coach's, and what was told about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.rules import Role
from bookings.models import CoachBooking
from notifications.models import Message, Rule
from notifications.rules import MessageState, Why
from tests.admin.conftest import AdminBrowser
from tests.notifications import scene
from tests.support import cast

LIST = "/admin/bookings/coachbooking/"
SignIn = Callable[..., AdminBrowser]
OTHER = cast.tomorrow_at(11)


@pytest.fixture
def booking(north: Any) -> CoachBooking:
    return scene.book()


def _page(booking: CoachBooking, name: str = "change") -> str:
    return f"{LIST}{booking.pk}/{name}/"


def test_the_page_offers_the_free_slots_and_not_the_one_it_has(sign_in: SignIn, booking: CoachBooking) -> None:
    cast.make_booking(booking.coach, cast.make_client("Carol Client"), slot_at=OTHER)

    page = sign_in().get(_page(booking, "move")).content.decode()

    assert f'value="{OTHER + timedelta(minutes=30):%Y-%m-%dT%H:%M}:00+00:00"' in page
    assert f'value="{OTHER:%Y-%m-%dT%H:%M}:00+00:00"' not in page
    assert f'value="{booking.starts_at:%Y-%m-%dT%H:%M}:00+00:00"' not in page
    assert page.count('class="sk-day"') == 7


def test_later_weeks_are_a_click_away_and_nonsense_is_today(sign_in: SignIn, booking: CoachBooking) -> None:
    admin = sign_in()
    later = (OTHER + timedelta(days=7)).date()

    assert f"{later}T09:00" in admin.get(_page(booking, "move"), **{"from": str(later)}).content.decode()
    for nonsense in ("x", "2026-02-30", "9999-12-31", "0001-01-01"):
        assert admin.get(_page(booking, "move"), **{"from": nonsense}).status_code == 200


def test_a_chosen_slot_is_taken_through_the_service(sign_in: SignIn, booking: CoachBooking) -> None:
    answer = sign_in().post(_page(booking, "move"), slot_at=OTHER.isoformat())

    assert answer["Location"] == _page(booking)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.schedule_version) == (OTHER, 1)


def test_a_slot_that_was_taken_meanwhile_is_said(sign_in: SignIn, booking: CoachBooking) -> None:
    cast.make_booking(booking.coach, cast.make_client("Carol Client"), slot_at=OTHER)
    admin = sign_in()

    answer = admin.post(_page(booking, "move"), slot_at=OTHER.isoformat())

    assert answer["Location"] == _page(booking, "move")
    assert "is booked already" in admin.get(_page(booking, "move")).content.decode()


@pytest.mark.parametrize("slot_at", ["", "x", "2030-01-07T10:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00Z"])
def test_what_is_no_slot_is_said(sign_in: SignIn, booking: CoachBooking, slot_at: str) -> None:
    admin = sign_in()
    assert admin.post(_page(booking, "move"), slot_at=slot_at).status_code == 302
    assert "Choose one of the slots" in admin.get(_page(booking, "move")).content.decode()
    booking.refresh_from_db()
    assert booking.version == 1


def test_what_has_begun_has_no_button_to_move_it(sign_in: SignIn, booking: CoachBooking) -> None:
    admin = sign_in()
    assert _page(booking, "move") in admin.get(_page(booking)).content.decode()

    CoachBooking.objects.update(starts_at=cast.tomorrow_at(9, days=-1))

    page = admin.get(_page(booking)).content.decode()
    assert _page(booking, "move") not in page
    assert _page(booking, "completed") in page


def test_staff_of_another_brand_moves_nothing(sign_in: SignIn, booking: CoachBooking) -> None:
    admin = sign_in(Role.MANAGER, brand=cast.make_brand("kids"))

    assert admin.get(_page(booking, "move")).status_code == 403
    assert admin.post(_page(booking, "move"), slot_at=OTHER.isoformat()).status_code == 403
    booking.refresh_from_db()
    assert booking.version == 1


def test_the_timeline_tells_in_order_what_was_told(sign_in: SignIn, booking: CoachBooking) -> None:
    Rule.objects.create(event="before_start", offset_minutes=60)
    Rule.objects.create(event="rescheduled", audience="address", address="desk@example.com")
    admin = sign_in()
    admin.post(_page(booking, "move"), slot_at=OTHER.isoformat())
    told = scene.message_about(booking, "rescheduled")
    Message.objects.filter(pk=told.pk).end(MessageState.SENT, why=Why.NONE, reason="", sent_at=OTHER)
    Message.objects.filter(pk=told.pk).end(MessageState.BOUNCED, why=Why.BOUNCED, reason="No such mailbox")

    page = admin.get(_page(booking)).content.decode()

    timeline = page[page.index('class="sk-told"') :]
    wanted = ["Superseded", "The booking was moved.", "Sent", "Bounced", "No such mailbox", ">Due<"]
    places = [timeline.index(text) for text in wanted]
    assert places == sorted(places)
    assert "E-mail to desk@example.com" in timeline
    assert "E-mail to Bob Client" in timeline


def test_the_timeline_costs_the_same_for_any_number_of_messages(
    sign_in: SignIn, booking: CoachBooking, django_assert_max_num_queries: Any
) -> None:
    admin = sign_in()
    with django_assert_max_num_queries(100) as one:
        admin.get(_page(booking))
    for minutes in range(60, 70):
        Rule.objects.create(event="before_start", offset_minutes=minutes)
    admin.post(_page(booking, "move"), slot_at=OTHER.isoformat())
    assert Message.objects.count() > 10
    admin.get(_page(booking))  # where what the move said is shown, and done with
    with django_assert_max_num_queries(100) as many:
        admin.get(_page(booking))

    assert len(many) == len(one)


def test_a_coach_sees_the_booking_and_not_the_messages(sign_in: SignIn, booking: CoachBooking) -> None:
    coach = sign_in(Role.COACH, user=cast.make_user(booking.coach))

    page = coach.get(_page(booking)).content.decode()

    assert "Bob Client" in page
    assert 'class="sk-told"' not in page
