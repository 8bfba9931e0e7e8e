"""Places in events in the admin: one button for each step, approvals, disputes, orders."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.rules import Role
from bookings.models import Dispute, EventBooking
from bookings.services.open_dispute import open_dispute
from notifications.models import Message
from tests.admin.conftest import AdminBrowser
from tests.support import cast, eventing

LIST = "/admin/bookings/eventbooking/"
APPROVALS, DISPUTES, ORDERS = f"{LIST}approvals/", "/admin/bookings/dispute/", "/admin/bookings/order/"
SignIn = Callable[..., AdminBrowser]


def make_place(name: str = "Bob Client", *, coach: Any = None, days: int = 2, **terms: Any) -> EventBooking:
    event = eventing.make_event(coach or cast.make_coach(), cast.tomorrow_at(10, days=days), **terms)
    return eventing.make_place(event, cast.make_client(name))


def _read(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def _take(admin: AdminBrowser, booking: EventBooking, step: str, **said: Any) -> Any:
    said = {"version": booking.version, "page": "event", **said}
    return admin.post(f"{LIST}{booking.pk}/take/", step=step, **said)


def _dispute(booking: EventBooking, comment: str = "I waited.") -> Dispute:
    reason = eventing.make_reason()
    open_dispute(
        booking=booking,
        disputer_id=booking.client.person_id,
        reason_id=reason.pk,
        comment=comment,
        now=timezone.now(),
    )
    return Dispute.objects.get(booking=booking)


@pytest.mark.parametrize(
    ("step", "status", "told"), [("accept", "Accepted", "booked"), ("reject", "Rejected", "cancelled")]
)
def test_who_asks_is_accepted_or_rejected_in_one_click(sign_in: SignIn, step: str, status: str, told: str) -> None:
    booking = make_place(needs_approval=True)
    Message.objects.all().delete()
    admin = sign_in()
    assert "Bob Client" in _read(admin.get(APPROVALS))

    answer = _take(admin, booking, step, page="approvals")

    assert answer["Location"] == APPROVALS
    booking.refresh_from_db()
    assert booking.status == status
    assert booking.event.__class__.objects.get().taken == (status == "Accepted")
    assert Message.objects.filter(subject_id=booking.pk, event=told).exists()
    page = _read(admin.get(APPROVALS))
    assert f"Bob Client is {status.lower()}" in page
    assert "Nobody waits for a decision" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_approvals_are_in_order_and_cost_the_same_for_any_number(
    sign_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    names = [f"Client{number}" for number in range(rows)]
    for number, name in enumerate(names):
        booking = make_place(name, coach=cast.make_coach(f"Coach {number}"), needs_approval=True)
        EventBooking.objects.filter(pk=booking.pk).update(created_at=timezone.now() - timedelta(hours=number))
    admin = sign_in()
    with django_assert_num_queries(5):
        page = _read(admin.get(APPROVALS))
    assert sorted(names, key=page.index) == names[::-1]


def test_what_is_past_needs_no_decision_any_more(sign_in: SignIn) -> None:
    make_place(days=-2, needs_approval=True)
    assert "Nobody waits for a decision" in _read(sign_in().get(APPROVALS))


def test_taking_part_is_noted_after_the_end_and_taken_back(sign_in: SignIn) -> None:
    ahead, over = make_place(), make_place("Carol", coach=cast.make_coach("Kim"), days=-2)
    admin = sign_in()
    _take(admin, ahead, "held")
    assert "has not taken place yet" in _read(admin.get("/admin/"))
    for step, completed in (("held", True), ("not_held", False)):
        answer = _take(admin, over, step)
        assert answer["Location"].startswith(f"/admin/bookings/event/{over.event_id}/change/?place=")
        over.refresh_from_db()
        assert over.completed is completed
    assert not EventBooking.objects.get(pk=ahead.pk).completed


def test_a_note_is_saved_and_an_empty_or_endless_one_is_not(sign_in: SignIn) -> None:
    booking = make_place(days=-2)
    admin = sign_in()
    for text in ("", "x" * 10_001):
        _take(admin, booking, "note", text=text)
        assert "Note: " in _read(admin.get("/admin/"))
    assert EventBooking.objects.get().note is None
    _take(admin, booking, "note", text="Strong left hand")
    assert EventBooking.objects.get().note == "Strong left hand"
    assert "Strong left hand" in _read(admin.get(f"{LIST}{booking.pk}/change/"))


def test_a_place_is_cancelled_with_a_reason_for_the_house_or_as_the_coach(sign_in: SignIn) -> None:
    first = make_place()
    second = eventing.make_place(first.event, cast.make_client("Carol"))
    _take(sign_in(), first, "cancel", code="NoTime", text="The hall is closed")
    _take(sign_in(Role.COACH, user=cast.make_user(first.event.coach)), second, "cancel", code="Other")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.canceled_by_role, first.cancellation_reason_code) == ("System", "NoTime")
    assert first.cancellation_reason_text == "The hall is closed"
    assert second.canceled_by_role == "Coach"


def test_a_cancellation_needs_one_of_the_reasons(sign_in: SignIn) -> None:
    booking = make_place()
    admin = sign_in()
    _take(admin, booking, "cancel", code="Because")
    assert "Reason: Select a valid choice" in _read(admin.get("/admin/"))
    booking.refresh_from_db()
    assert booking.status == "Accepted"


def test_who_saw_an_older_version_changes_nothing(sign_in: SignIn) -> None:
    booking = make_place(needs_approval=True)
    admin = sign_in()
    _take(admin, booking, "accept")
    _take(admin, booking, "reject")
    assert "changed meanwhile, now: booked" in _read(admin.get("/admin/"))
    booking.refresh_from_db()
    assert booking.status == "Accepted"


@pytest.mark.parametrize("step", ["", "fly", "accept"])
def test_steps_are_taken_by_post_and_unknown_ones_are_none(sign_in: SignIn, step: str) -> None:
    booking = make_place(needs_approval=True)
    admin = sign_in()
    assert admin.get(f"{LIST}{booking.pk}/take/", step=step).status_code == 405
    if step != "accept":
        assert _take(admin, booking, step).status_code == 302
    booking.refresh_from_db()
    assert booking.status == "Pending"


@pytest.mark.parametrize("page", ["https://evil.example.com/", "//evil.example.com", ""])
def test_a_button_never_leads_away(sign_in: SignIn, page: str) -> None:
    booking = make_place(needs_approval=True)
    assert _take(sign_in(), booking, "accept", page=page)["Location"] == f"{LIST}{booking.pk}/change/"


def test_staff_of_another_brand_and_another_coach_decide_nothing(sign_in: SignIn) -> None:
    booking = make_place(needs_approval=True)
    kids = cast.make_brand("kids")
    others = (sign_in(Role.MANAGER, brand=kids), sign_in(Role.COACH, user=cast.make_user(cast.make_coach("Eve"))))
    for other in others:
        for path in (LIST, APPROVALS, ORDERS, "/admin/"):
            assert "Bob Client" not in _read(other.get(path))
        assert "to approve" not in _read(other.get("/admin/"))
        assert _take(other, booking, "accept").status_code == 403
        assert other.get(f"{LIST}{booking.pk}/change/").status_code == 302
    booking.refresh_from_db()
    assert booking.status == "Pending"


def test_a_coach_accepts_and_sees_no_orders(sign_in: SignIn) -> None:
    booking = make_place(needs_approval=True)
    themselves = sign_in(Role.COACH, user=cast.make_user(booking.event.coach))
    _take(themselves, booking, "accept")
    booking.refresh_from_db()
    assert booking.status == "Accepted"
    _read(themselves.get("/admin/"))
    assert "Bob Client" not in _read(themselves.get(ORDERS))
    assert ORDERS not in _read(themselves.get("/admin/"))
    assert "Orders" not in _read(themselves.get(f"{LIST}{booking.pk}/change/"))


def test_a_dispute_shows_both_sides_and_is_settled_once(sign_in: SignIn) -> None:
    booking = make_place(days=-2)
    EventBooking.objects.update(note="He was late")
    dispute = _dispute(booking)
    page = f"{DISPUTES}{dispute.pk}/"
    admin = sign_in()
    shown = _read(admin.get(f"{page}change/"))
    assert "I waited." in shown
    assert "He was late" in shown
    assert "<b>1</b> open dispute" in _read(admin.get("/admin/"))

    admin.post(f"{page}resolve/", resolution=" ")
    assert "What was decided: This field is required" in _read(admin.get("/admin/"))
    admin.post(f"{page}resolve/", resolution="Half of the price is given back")

    dispute.refresh_from_db()
    assert (dispute.resolution, dispute.resolved_at is None) == ("Half of the price is given back", False)
    booking.refresh_from_db()
    assert booking.status == "DisputeDone"
    settled = _read(admin.get(f"{page}change/"))
    assert "Half of the price is given back" in settled
    assert "<textarea" not in settled
    admin.post(f"{page}resolve/", resolution="No, nothing")
    dispute.refresh_from_db()
    assert dispute.resolution == "Half of the price is given back"


def test_open_disputes_come_first(sign_in: SignIn) -> None:
    coach = cast.make_coach()
    settled, still_open = (
        _dispute(make_place(name, coach=coach, days=days)) for name, days in (("Sam Settled", -2), ("Otto Open", -3))
    )
    admin = sign_in()
    admin.post(f"{DISPUTES}{settled.pk}/resolve/", resolution="Done")
    page = _read(admin.get(DISPUTES))
    rows = page[page.index("result_list") :]
    assert rows.index("Otto Open") < rows.index("Sam Settled")
    assert "Sam Settled" not in _read(admin.get(DISPUTES, state="open"))
    assert still_open.pk


def test_a_side_of_a_dispute_does_not_settle_it(sign_in: SignIn) -> None:
    booking = make_place(days=-2)
    dispute = _dispute(booking)
    page = f"{DISPUTES}{dispute.pk}/"
    themselves = sign_in(Role.COACH, user=cast.make_user(booking.event.coach))
    assert "I waited." in _read(themselves.get(f"{page}change/"))
    kids = cast.make_brand("kids")
    other = sign_in(Role.MANAGER, brand=kids)
    assert other.get(f"{page}change/").status_code == 302
    for browser in (themselves, other):
        assert browser.post(f"{page}resolve/", resolution="I was there").status_code == 403
    assert sign_in().get(f"{page}resolve/").status_code == 405
    dispute.refresh_from_db()
    assert dispute.resolved_at is None


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [(LIST, 7), (ORDERS, 9), (DISPUTES, 6)])
def test_the_lists_cost_the_same_for_any_number_of_rows(
    sign_in: SignIn, path: str, queries: int, rows: int, django_assert_num_queries: Any
) -> None:
    coach = cast.make_coach()
    for number in range(rows):
        _dispute(make_place(f"Client{number}", coach=coach, days=-2 - number))
    admin = sign_in()
    with django_assert_num_queries(queries):
        page = admin.get(path)
    assert page.content.count(b"Client") >= rows


def test_an_order_lists_its_places_and_what_they_cost(sign_in: SignIn) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    events = [eventing.make_event(coach, cast.tomorrow_at(hour), price=150_050) for hour in (9, 11)]
    order = eventing.order(client, *events)
    admin = sign_in()
    assert "3\u202f001 ₽" in _read(admin.get(ORDERS))
    page = _read(admin.get(f"{ORDERS}{order.pk}/change/"))
    assert "2 places, 3\u202f001 ₽ together" in page
    assert page.count("1\u202f500.50 ₽") == 2
    assert "Cash" in page
    assert admin.post(f"{ORDERS}{order.pk}/change/", payment_status="Paid").status_code == 403
    assert admin.post(f"{ORDERS}{order.pk}/delete/", post="yes").status_code == 403


def test_the_erased_are_in_no_list(sign_in: SignIn) -> None:
    booking = make_place(needs_approval=True)
    person = booking.client.person
    person.__class__.objects.filter(pk=person.pk).update(
        given_name="Erased", family_name="", email="", phone="", erased_at=timezone.now()
    )
    admin = sign_in(Role.ADMINISTRATOR)
    for path in (LIST, APPROVALS, ORDERS):
        page = _read(admin.get(path))
        assert "Bob Client" not in page
        assert f"{booking.pk}" not in page
        assert f"{booking.order_id}" not in page
