"""Publishing events in the admin; sports, reasons and what brands want of their events."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.rules import Role
from bookings.models import DisputeReason, Event, EventSettings, Sport, TimeSlot
from scheduling.models import StaffMember
from tenants.audit.models import AuditEntry
from tests.admin.conftest import AdminBrowser
from tests.support import cast, eventing

PUBLISH = "/admin/bookings/event/publish/"
SignIn = Callable[..., AdminBrowser]
TEN = cast.tomorrow_at(10, days=3)


@pytest.fixture
def coach(north: Any) -> StaffMember:
    return cast.make_coach()


def _asked(coach: StaffMember, /, **changes: Any) -> dict[str, Any]:
    return {
        "coach": f"{coach.pk}:{cast.main_brand().pk}",
        "day": str(TEN.date()),
        "weeks": "1",
        "start": "10:00",
        "end": "11:30",
        "participants": "8",
        "sport": "",
        "price": "1500.50",
        "kind": "Offline",
        "address": "",
        "age_from": "18",
        "age_to": "99",
        "eligibility": "Women",
        "level": "Any",
        "is_public": "on",
        **changes,
    }


def _read(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_an_event_is_published_as_the_form_says(sign_in: SignIn, coach: StaffMember) -> None:
    sport = Sport.objects.create(name="Boxing")
    admin = sign_in()
    assert "Ada Coach (" in _read(admin.get(PUBLISH))

    answer = admin.post(PUBLISH, **_asked(coach, sport=str(sport.pk), needs_approval="on"))

    event = Event.objects.with_slot().get()
    assert answer["Location"] == f"/admin/bookings/event/{event.pk}/change/"
    assert (event.starts_at, event.capacity) == (TEN, 8)
    slot = event.time_slot
    assert (slot.price, slot.eligibility, slot.needs_approval, slot.sport) == (150_050, "Women", True, sport)
    assert "Clients can book places at once" in _read(admin.get(answer["Location"]))


def test_times_are_those_of_the_coachs_clock(sign_in: SignIn, north: Any) -> None:
    far = cast.make_coach("Ada Far", timezone="Asia/Kolkata")
    sign_in().post(PUBLISH, **_asked(far, start="23:30", end="00:30"))
    event = Event.objects.get()
    assert f"{event.starts_at:%H:%M}–{event.ends_at:%H:%M}" == "18:00–19:00"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"day": "2020-01-01"}, "day", "an event begins in the future"),
        ({"day": "9999-12-31"}, "day", "before the year 9000"),
        ({"day": "0001-01-01"}, "day", "from the year 2000 on"),
        ({"day": "soon"}, "day", "Enter a valid date"),
        ({"end": "10:05"}, "end", "15 minutes at least"),
        ({"start": "ten"}, "start", "Enter a valid time"),
        ({"participants": "0"}, "participants", "greater than or equal to 1"),
        ({"price": "-1"}, "price", "greater than or equal to 0"),
        ({"price": "1e400"}, "price", "Ensure"),
        ({"age_from": "50", "age_to": "20"}, "age_to", "Not below the first age"),
        ({"coach": "0:0"}, "coach", "Select a valid choice"),
        ({"sport": "nonsense"}, "sport", "valid"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    sign_in: SignIn, coach: StaffMember, changes: dict[str, str], field: str, said: str
) -> None:
    page = _read(sign_in().post(PUBLISH, **_asked(coach, **changes)))
    beside = page[page.index(f"sk-field-{field}") :]
    assert said in beside[: beside.index("sk-field-", 10) if "sk-field-" in beside[10:] else None]
    assert not Event.objects.exists()
    assert not TimeSlot.objects.exists()


def test_a_coach_who_is_busy_is_said_beside_the_time(sign_in: SignIn, coach: StaffMember) -> None:
    eventing.make_event(coach, TEN)
    page = _read(sign_in().post(PUBLISH, **_asked(coach)))
    assert "The coach has something else then" in page
    assert Event.objects.count() == TimeSlot.objects.count() == 1


def test_a_slot_is_published_on_another_day(sign_in: SignIn, coach: StaffMember) -> None:
    first = eventing.make_event(coach, TEN, price=5000)
    admin = sign_in()
    assert str(first.time_slot_id) in _read(admin.get(PUBLISH))
    page = f"{PUBLISH}?slot={first.time_slot_id}"
    assert "choose the day," in _read(admin.get(page))
    day = TEN.date() + timedelta(days=7)

    answer = admin.post(page, day=str(day), weeks="1", again="1")

    assert answer["Location"] == page
    second = Event.objects.exclude(pk=first.pk).get()
    assert (second.time_slot_id, second.date) == (first.time_slot_id, day)
    assert "The coach has something else then" in _read(admin.post(page, day=str(day), weeks="1"))
    assert "an event begins in the future" in _read(admin.post(page, day="2020-01-01", weeks="1"))


def test_the_same_is_published_for_several_weeks_or_not_at_all(sign_in: SignIn, coach: StaffMember) -> None:
    eventing.make_event(coach, TEN + timedelta(days=7))
    admin = sign_in()

    page = _read(admin.post(PUBLISH, **_asked(coach, weeks="3")))
    busy = TEN + timedelta(days=7)
    assert f"1 of the days can&#x27;t have it ({busy.day} {busy:%b})" in page
    assert Event.objects.count() == 1
    assert "less than or equal to 52" in _read(admin.post(PUBLISH, **_asked(coach, weeks="53")))

    answer = admin.post(PUBLISH, **_asked(coach, weeks="3", skip="on"))

    assert answer["Location"] == f"/admin/bookings/event/week/?from={TEN.date()}"
    assert Event.objects.filter(capacity=8).count() == 2
    said = _read(admin.get(answer["Location"]))
    assert "and 1 more" in said
    assert "were left out" in said


def test_staff_of_another_brand_publishes_nothing(sign_in: SignIn, coach: StaffMember) -> None:
    slot = eventing.make_event(coach, TEN).time_slot
    kids = cast.make_brand("kids")
    cast.make_coach("Kim Kids", brand=kids)
    other = sign_in(Role.MANAGER, brand=kids)
    page = _read(other.get(PUBLISH))
    assert "Kim Kids" in page
    assert "Ada Coach" not in page
    assert "Ada Coach" not in _read(other.get(f"{PUBLISH}?slot={slot.pk}"))
    _read(other.post(PUBLISH, **_asked(coach, day=str(TEN.date() + timedelta(days=1)))))
    _read(other.post(f"{PUBLISH}?slot={slot.pk}", day=str(TEN.date() + timedelta(days=1)), weeks="1"))
    assert Event.objects.count() == 1


def test_a_coach_publishes_their_own_and_nobody_elses(sign_in: SignIn, coach: StaffMember) -> None:
    other = cast.make_coach("Eve Other")
    themselves = sign_in(Role.COACH, user=cast.make_user(coach))
    assert "Eve Other" not in _read(themselves.get(PUBLISH))
    _read(themselves.post(PUBLISH, **_asked(other)))
    assert not Event.objects.exists()
    assert themselves.post(PUBLISH, **_asked(coach)).status_code == 302
    assert Event.objects.get().coach == coach


def test_without_a_coach_it_is_said_what_to_do(sign_in: SignIn) -> None:
    assert "There is no coach whose events you may publish" in _read(sign_in().get(PUBLISH))


@pytest.mark.parametrize("coaches", [1, 3])
def test_the_form_costs_the_same_for_any_number_of_coaches(
    sign_in: SignIn, coaches: int, django_assert_num_queries: Any
) -> None:
    for number in range(coaches):
        eventing.make_event(cast.make_coach(f"Coach {number}"), TEN)
    admin = sign_in()
    with django_assert_num_queries(9):
        admin.get(PUBLISH)


@pytest.mark.parametrize(("path", "model"), [("sport", Sport), ("disputereason", DisputeReason)])
def test_managers_of_all_brands_name_sports_and_reasons(sign_in: SignIn, path: str, model: Any) -> None:
    page = f"/admin/bookings/{path}/"
    assert sign_in(Role.MANAGER).post(f"{page}add/", name="Judo", is_active="on").status_code == 302
    row = model.objects.get()
    assert AuditEntry.objects.filter(object_id=str(row.pk)).exists()
    assert "already exists" in _read(sign_in(Role.ADMINISTRATOR).post(f"{page}add/", name="Judo", is_active="on"))
    assert sign_in(Role.RECEPTIONIST).post(f"{page}{row.pk}/change/", name="Aikido").status_code == 403
    of_kids = sign_in(Role.MANAGER, brand=cast.make_brand("kids"), user=cast.make_user(cast.make_client()))
    assert of_kids.post(f"{page}{row.pk}/change/", name="Aikido").status_code == 403
    row.refresh_from_db()
    assert row.name == "Judo"


def test_what_a_brand_wants_of_its_events_is_its_managers_to_say(sign_in: SignIn) -> None:
    page = "/admin/bookings/eventsettings/"
    kids, main = cast.make_brand("kids"), cast.main_brand()
    manager = sign_in(Role.MANAGER, brand=kids)
    wanted = {"allows_overlaps": "on", "offer_minutes": "30"}
    assert manager.post(f"{page}add/", brand=str(main.pk), **wanted).status_code == 200
    assert manager.post(f"{page}add/", brand=str(kids.pk), **wanted).status_code == 302
    row = EventSettings.objects.get()
    assert (row.brand, row.allows_overlaps, row.offer_minutes) == (kids, True, 30)
    assert "greater than or equal to 1" in _read(manager.post(f"{page}{row.pk}/change/", offer_minutes="0"))
    assert manager.post(f"{page}{row.pk}/change/", offer_minutes="45").status_code == 302
    row.refresh_from_db()
    assert (row.allows_overlaps, row.offer_minutes) == (False, 45)
    assert sign_in(Role.RECEPTIONIST).post(f"{page}{row.pk}/change/", offer_minutes="5").status_code == 403
    assert manager.post(f"{page}{row.pk}/delete/", post="yes").status_code == 403
