"""Events in the admin: how full they are, who comes, the calendar, cancelling, the attendance list."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.rules import Role
from bookings.admin_event_pictures import Fill
from bookings.models import Event, EventBooking, WaitingPlace
from bookings.rules.event_booking import Role as BookingRole
from bookings.rules.waiting import WaitingState
from bookings.services.cancel_event_booking import cancel_event_booking
from notifications.models import Message
from scheduling.models import Client
from tenants.brands.models import Brand
from tests.admin.conftest import AdminBrowser
from tests.support import cast, eventing

LIST, WEEK = "/admin/bookings/event/", "/admin/bookings/event/week/"
SignIn = Callable[..., AdminBrowser]


def make_event(coach: Any = None, *, at: datetime | None = None, names: tuple[str, ...] = (), **terms: Any) -> Event:
    event = eventing.make_event(coach or cast.make_coach(), at or cast.tomorrow_at(10), **terms)
    for name in names:
        eventing.make_place(event, cast.make_client(name))
    return event


def page_of(event: Event, page: str = "change") -> str:
    return f"{LIST}{event.pk}/{page}/"


def _read(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def _waits(event: Event, name: str, *, offered: bool = False) -> WaitingPlace:
    now = timezone.now()
    state = WaitingState.OFFERED if offered else WaitingState.WAITING
    if offered:
        Event.objects.filter(pk=event.pk).update(taken=event.taken + 1)
    return WaitingPlace.objects.create(
        event=event,
        number=event.waiting.count() + 1,
        client=cast.make_client(name),
        brand_id=event.brand_id,
        state=state,
        offered_until=now + timedelta(hours=1) if offered else None,
        created_at=now,
        updated_at=now,
    )


def test_a_bar_has_a_piece_for_each_place_and_many_places_are_drawn_to_scale() -> None:
    few = Fill(accepted=2, pending=1, offered=1, free=1, waiting=3, is_canceled=False)
    pieces = list(few.pieces)
    assert [piece.kind for piece in pieces] == ["accepted", "accepted", "pending", "offered", "free"]
    assert [piece.x for piece in pieces] == [0, 40, 80, 120, 160]
    assert few.words == "2 booked, 1 to be approved, 1 offered to who waits, 1 free, 3 waiting"
    assert few.short == "4 of 5"

    many = Fill(accepted=250, pending=0, offered=0, free=750, waiting=0, is_canceled=False)
    assert [(piece.kind, piece.x, piece.width) for piece in many.pieces] == [("accepted", 0, 50), ("free", 50, 150)]


def test_the_list_shows_who_has_who_asks_who_is_offered_and_who_waits(sign_in: SignIn) -> None:
    event = make_event(places=4, names=("Bob",))
    eventing.make_place(event, cast.make_client("Pat"))
    EventBooking.objects.filter(client__person__given_name="Pat").update(status="Pending")
    event.refresh_from_db()
    _waits(event, "Olga", offered=True)
    _waits(event, "Wanda")

    page = _read(sign_in().get(LIST))

    kinds = ("accepted", "pending", "offered", "free")
    assert [page.count(f'class="sk-fill-{kind}"') for kind in kinds] == [1, 1, 1, 1]
    assert "+1 waiting" in page


# Search path, session, user, roles; the brands and sports to filter by; count, rows.
LIST_QUERIES = 8


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_rows(
    sign_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    coach = cast.make_coach()
    for number in range(rows):
        make_event(coach, at=cast.tomorrow_at(9 + number), names=(f"Client{number}",))
    admin = sign_in()
    with django_assert_num_queries(LIST_QUERIES):
        page = admin.get(LIST)
    assert page.content.count(b"Ada Coach") >= rows


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({}, {"Full", "Free", "Asked"}),
        ({"when": "past"}, {"Past"}),
        ({"when": "all"}, {"Full", "Free", "Asked", "Past"}),
        ({"places": "full"}, {"Full"}),
        ({"places": "free"}, {"Free", "Asked"}),
        ({"places": "asked"}, {"Asked"}),
    ],
)
def test_the_list_is_filtered(sign_in: SignIn, asked: dict[str, str], seen: set[str]) -> None:
    make_event(cast.make_coach("Full Coach"), places=1, names=("Bob",))
    make_event(cast.make_coach("Free Coach"))
    make_event(cast.make_coach("Asked Coach"), needs_approval=True, names=("Carol",))
    make_event(cast.make_coach("Past Coach"), at=cast.tomorrow_at(10, days=-3))

    page = _read(sign_in().get(LIST, **asked))

    assert {name for name in ("Full", "Free", "Asked", "Past") if f"{name} Coach" in page} == seen


@pytest.mark.parametrize("path", [f"{LIST}?when=never&places=none", f"{LIST}?coach=x", f"{WEEK}?from=9999-99-99"])
def test_nonsense_in_the_address_is_no_error(sign_in: SignIn, path: str) -> None:
    make_event()
    assert sign_in().get(path).status_code in {200, 302}


@pytest.mark.parametrize("people", [1, 4])
def test_the_page_says_who_comes_who_waits_and_what_they_were_told(
    sign_in: SignIn, people: int, django_assert_num_queries: Any
) -> None:
    names = tuple(f"Client{number}" for number in range(people))
    event = make_event(places=people, names=names)
    event.refresh_from_db()
    _waits(event, "Wanda Waits")
    admin = sign_in()

    with django_assert_num_queries(PAGE_QUERIES):
        page = _read(admin.get(page_of(event)))

    for name in (*names, "Wanda Waits"):
        assert name in page
    assert f"full: {people}" in page
    assert "Messages about its places" in page


# Search path, session, user, roles; the event (for the page and its buttons); bookings, line, messages.
PAGE_QUERIES = 10


def test_the_canceled_are_folded_away_and_the_erased_are_gone(sign_in: SignIn) -> None:
    event = make_event(places=3, names=("Bob", "Carol"))
    bob = EventBooking.objects.with_event().get(client__person__given_name="Bob")
    cancel_event_booking(
        booking=bob, role=BookingRole.SYSTEM, reason_code="Other", reason_text="Ill", now=timezone.now()
    )
    Client.objects.get(person__given_name="Carol").person.__class__.objects.filter(given_name="Carol").update(
        given_name="Erased", family_name="", email="", phone="", erased_at=timezone.now()
    )

    page = _read(sign_in().get(page_of(event)))

    assert "1 cancelled or rejected" in page
    assert "Ill" in page
    assert "Erased" not in page
    assert f"place-{bob.pk}" in page


def test_the_week_begins_today_and_has_each_event_on_its_day_of_the_brands_clocks(sign_in: SignIn) -> None:
    """Three in the morning in Berlin is the evening before in New York, the brand's."""
    kids = cast.make_brand()
    Brand.objects.filter(pk=kids.pk).update(timezone="America/New_York")
    late = make_event(cast.make_coach(brand=kids), brand=kids, at=cast.tomorrow_at(2, days=3))
    local = late.starts_at.astimezone(ZoneInfo("America/New_York"))
    admin = sign_in(Role.MANAGER, brand=kids)

    page = _read(admin.get(WEEK))

    day = page[page.index(f"{local:%a} {local.day} {local:%b}") :]
    assert f"{local:%H:%M}–" in day[: day.index("</section>")]
    assert "times in America/New_York" in page
    assert "sk-event-ahead" not in _read(admin.get(WEEK, **{"from": str(local.date() + timedelta(days=1))}))


def test_an_empty_week_leads_to_the_next_event(sign_in: SignIn) -> None:
    event = make_event(at=cast.tomorrow_at(10, days=30))
    page = _read(sign_in().get(WEEK))
    assert f"?from={event.date}" in page


def test_the_week_costs_the_same_for_any_number_of_events(sign_in: SignIn, django_assert_num_queries: Any) -> None:
    coach = cast.make_coach()
    admin = sign_in()
    for hour in (9, 11, 13):
        make_event(coach, at=cast.tomorrow_at(hour))
        with django_assert_num_queries(6):
            admin.get(WEEK)


def test_the_front_page_has_todays_events_and_what_is_to_do(sign_in: SignIn) -> None:
    now = timezone.now()
    event = make_event(at=now.replace(second=0, microsecond=0) + timedelta(minutes=1), minutes=15)
    make_event(cast.make_coach("Kim"), at=cast.tomorrow_at(10, days=4), needs_approval=True, names=("Pat",))

    page = _read(sign_in().get("/admin/"))

    assert page_of(event) in page
    assert "<b>1</b> to approve" in page


def test_cancelling_says_for_how_many_and_then_cancels_and_tells(sign_in: SignIn) -> None:
    event = make_event(names=("Bob", "Carol"))
    event.refresh_from_db()
    _waits(event, "Wanda")
    admin = sign_in()

    asked = _read(admin.get(page_of(event, "cancel")))
    assert "2 bookings" in asked
    assert "<b>1</b> who waits" in asked
    event.refresh_from_db()
    assert event.status == "Scheduled", "looking changes nothing"
    assert "Select a valid choice" in _read(admin.post(page_of(event, "cancel"), reason="Because"))

    answer = admin.post(page_of(event, "cancel"), reason="Other", text="The coach is ill")

    assert answer["Location"] == page_of(event)
    event.refresh_from_db()
    assert (event.status, event.canceled_by_role, event.taken) == ("Canceled", "System", 0)
    assert set(EventBooking.objects.values_list("status", "cancellation_reason_text")) == {
        ("Canceled", "The coach is ill")
    }
    assert Message.objects.filter(event="cancelled", state="planned").count() == 2
    assert "nothing left to cancel" in _read(admin.client.get(page_of(event, "cancel"), follow=True))


def test_the_attendance_list_has_names_and_boxes_and_nothing_to_write_to(sign_in: SignIn) -> None:
    event = make_event(places=8, names=("Bob Client",))
    eventing.make_place(event, cast.make_client("Pat Asks"))
    EventBooking.objects.filter(client__person__given_name="Pat").update(status="Pending")
    gone = eventing.make_place(event, cast.make_client("Gone Away"))
    cancel_event_booking(booking=gone, role=BookingRole.SYSTEM, reason_code="Other", now=timezone.now())

    page = _read(sign_in(Role.COACH, user=cast.make_user(event.coach)).get(page_of(event, "attendance")))

    assert "Bob Client</td>" in page
    assert "Pat Asks <small>not approved yet</small>" in page
    assert "Gone Away" not in page
    assert "@" not in page
    assert page.count('class="box"') == 2 + 5
    assert "2 of 8 places" in page


@pytest.mark.parametrize("page", ["change", "cancel", "attendance"])
def test_staff_of_another_brand_and_another_coach_see_and_change_nothing(sign_in: SignIn, page: str) -> None:
    event = make_event(names=("Bob",))
    kids = cast.make_brand("kids")
    others = (sign_in(Role.MANAGER, brand=kids), sign_in(Role.COACH, user=cast.make_user(cast.make_coach("Eve"))))
    for other in others:
        assert "Ada Coach" not in _read(other.get(LIST, when="all"))
        assert "Ada Coach" not in _read(other.get(WEEK))
        assert "Ada Coach" not in _read(other.get("/admin/"))
        assert other.get(page_of(event, page)).status_code in {302, 403}
        assert other.post(page_of(event, page), reason="Other").status_code in {302, 403, 405}
    event.refresh_from_db()
    assert event.status == "Scheduled"


def test_a_coach_sees_and_cancels_their_own_as_the_coach(sign_in: SignIn) -> None:
    event = make_event(names=("Bob",))
    themselves = sign_in(Role.COACH, user=cast.make_user(event.coach))
    assert "Ada Coach" in _read(themselves.get(LIST))
    themselves.post(page_of(event, "cancel"), reason="NotFeelingWell")
    assert EventBooking.objects.get().canceled_by_role == "Coach"


def test_an_event_can_not_be_edited_around_the_services(sign_in: SignIn) -> None:
    event = make_event()
    admin = sign_in(Role.ADMINISTRATOR)
    assert admin.post(page_of(event), status="Canceled").status_code == 403
    assert admin.get(f"{LIST}add/").status_code == 403
    assert admin.post(page_of(event, "delete"), post="yes").status_code == 403
    assert admin.get(f"{LIST}nonsense/attendance/").status_code == 403
