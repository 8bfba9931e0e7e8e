"""Today's visits on the front page: whose they are, what can be done about them at one click, and what it says."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.rules import Role
from scheduling.models import Client, Service, StaffMember
from tenants.brands.models import Brand
from tests.admin.conftest import AdminBrowser
from tests.support import cast, visiting
from visits.admin_day import Day, picture
from visits.models import Provider, Visit
from visits.rules.statuses import Step
from visits.services.cancel_visit import cancel_visit
from visits.services.step_visit import step_visit

HOME = "/admin/"
SignIn = Callable[..., AdminBrowser]
# On the clocks of north and its main brand.
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime.now(tz=BERLIN).replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


def _visit(
    at: datetime, *, provider: StaffMember | None = None, client: str = "Bob Client", brand: Brand | None = None
) -> Visit:
    provider = provider or visiting.make_provider(brand=brand)
    service = Service.objects.filter(brand=brand or cast.main_brand()).first() or visiting.make_visit_type(brand=brand)
    slot = visiting.make_slot(provider, at, brand=brand)
    return visiting.make_visit(slot, cast.make_client(client, brand=brand), service)


def _page(admin: AdminBrowser, **query: str) -> str:
    """The part about visits; empty where there is none."""
    page: str = admin.get(HOME, **query).content.decode()
    return page[page.index('class="sk-visits"') : page.index("</section>")] if 'class="sk-visits"' in page else ""


def _day(visit: Visit) -> str:
    return visit.starts_at.astimezone(BERLIN).date().isoformat()


def _offered(page: str, visit: Visit) -> list[str]:
    row = page[page.index(f'id="visit-{visit.pk}"') :]
    return re.findall(r'name="step" value="(\w+)"', row[: row.index("</li>")])


def _press(admin: AdminBrowser, visit: Visit, step: str, **more: Any) -> Any:
    data = {"step": step, "version": Visit.objects.get(pk=visit.pk).version, **more}
    return admin.post(f"/admin/visits/visit/{visit.pk}/take/", **data)


def _messages(admin: AdminBrowser, answer: Any) -> str:
    page: str = admin.client.get(answer["Location"]).content.decode()
    cast_back = admin.get(HOME)  # the connection is in the tenant again
    assert cast_back.status_code == 200
    return page


def test_the_front_desk_lands_on_the_visits_of_today(sign_in: SignIn) -> None:
    today = _visit(NOON)
    provider = today.provider
    _visit(NOON + timedelta(days=1), provider=provider, client="Tomorrows")
    _visit(NOON - timedelta(days=1), provider=provider, client="Yesterdays")

    page = _page(sign_in())

    assert "Today, " in page
    assert "Bob Client" in page
    assert "Pia Provider" in page
    assert "12:00–12:30" in page
    assert "Tomorrows" not in page
    assert "Yesterdays" not in page


def test_another_day_is_shown_on_demand(sign_in: SignIn) -> None:
    visit = _visit(NOON + timedelta(days=1))
    day = date.fromisoformat(_day(visit))
    page = _page(sign_in(), day=day.isoformat())
    assert "Tomorrow, " in page
    assert "Bob Client" in page
    assert f"?day={day - timedelta(days=1)}" in page
    assert f"?day={day + timedelta(days=1)}" in page


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-21T10:00"])
def test_what_is_no_day_is_today(sign_in: SignIn, day: str) -> None:
    _visit(NOON)
    assert "Today, " in _page(sign_in(), day=day)


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.COACH])
def test_it_costs_the_same_for_any_number_of_visits(
    sign_in: SignIn, count: int, role: Role, django_assert_num_queries: Any
) -> None:
    provider = visiting.make_provider()
    for number in range(count):
        _visit(NOON + timedelta(minutes=30 * number), provider=provider, client=f"Client{number}")
    admin = sign_in(role, user=cast.make_user(provider))
    admin.get(HOME)
    # Search path, session, user, roles; providers, brands, visits; of a role's own rows what may be changed;
    # events (brands, today's, to approve, disputes); the bookings of the week, and how sending goes.
    with django_assert_num_queries({Role.RECEPTIONIST: 14, Role.COACH: 13}[role]):
        page = admin.get(HOME)
    assert page.content.count(b"sk-visit-row") == count


@pytest.mark.parametrize(
    ("minutes", "steps", "offered"),
    [
        (60, [], ["check_in", "start"]),
        (-10, [], ["check_in", "start", "complete", "no_show"]),
        (60, [Step.CHECK_IN], ["start", "undo"]),
        (-10, [Step.CHECK_IN, Step.START], ["complete", "undo"]),
        (-10, [Step.NO_SHOW], ["undo"]),
        (-10, [Step.COMPLETE], ["undo"]),
    ],
)
def test_only_what_status_and_clock_allow_is_offered(
    sign_in: SignIn, minutes: int, steps: list[Step], offered: list[str]
) -> None:
    now = datetime.now(tz=UTC).replace(second=0, microsecond=0)
    visit = _visit(now + timedelta(minutes=minutes))
    for step in steps:
        step_visit(visit=visit, step=step, now=now)
    page = _page(sign_in(), day=_day(visit))
    assert _offered(page, visit) == offered


def test_one_click_takes_a_step_and_says_what_is_next(sign_in: SignIn) -> None:
    visit = _visit(datetime.now(tz=UTC).replace(second=0, microsecond=0) - timedelta(minutes=5))
    admin = sign_in()
    said = []
    for step in ("check_in", "start", "complete", "undo"):
        answer = _press(admin, visit, step)
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/?visit={visit.pk}")
        said.append(_messages(admin, answer))
    assert "Bob Client is checked in. Press “Start” when the visit begins." in said[0]
    assert "Press “Took place” when it is over." in said[1]
    assert "nothing more to do" in said[2]
    assert "is in progress again" in said[3]
    assert Visit.objects.get().status == "in_progress"


def test_back_to_the_day_from_which_one_came(sign_in: SignIn) -> None:
    visit = _visit(NOON - timedelta(days=1))
    admin = sign_in()
    answer = _press(admin, visit, "no_show", day="2026-01-02")
    assert answer["Location"] == f"/admin/?visit={visit.pk}&day=2026-01-02"
    away = _press(admin, visit, "undo", day="//evil.example.com")
    assert away["Location"] == f"/admin/?visit={visit.pk}"


def test_what_is_refused_says_why_and_changes_nothing(sign_in: SignIn) -> None:
    visit = _visit(NOON + timedelta(days=3))
    admin = sign_in()
    assert "too early for the step complete" in _messages(admin, _press(admin, visit, "complete"))
    assert "changed meanwhile, it is scheduled now" in _messages(admin, _press(admin, visit, "check_in", version=7))
    for step in ("", "cancel", "x"):
        assert _press(admin, visit, step).status_code == 302
    assert admin.get(f"/admin/visits/visit/{visit.pk}/take/").status_code == 405
    assert Visit.objects.get().version == 1


def test_a_form_of_another_site_is_refused(sign_in: SignIn) -> None:
    from django.test import Client as Browser

    visit, admin = _visit(NOON), sign_in()
    browser = Browser(enforce_csrf_checks=True, headers={"Host": "north.test"})
    browser.force_login(admin.user)
    assert browser.post(f"/admin/visits/visit/{visit.pk}/take/", {"step": "check_in"}).status_code == 403


def test_staff_of_another_brand_sees_and_changes_none(sign_in: SignIn) -> None:
    visit, kids = _visit(NOON), cast.make_brand()
    theirs = _visit(NOON, provider=visiting.make_provider("Kai Kids", brand=kids), client="Kim Client", brand=kids)
    admin = sign_in(Role.MANAGER, brand=kids)

    page = _page(admin)

    assert "Kim Client" in page
    assert "Bob Client" not in page
    assert "Pia Provider" not in page
    assert _press(admin, visit, "check_in").status_code == 403
    assert _press(admin, theirs, "check_in").status_code == 302
    assert {v.client.person.given_name: v.status for v in Visit.objects.all()} == {
        "Bob": "scheduled",
        "Kim": "checked_in",
    }


def test_a_provider_sees_their_own_and_takes_their_steps_and_nobody_elses(sign_in: SignIn) -> None:
    own, other = _visit(NOON), _visit(NOON, provider=visiting.make_provider("Eve Other"), client="Carol Client")
    admin = sign_in(Role.COACH, user=cast.make_user(own.provider))

    page = _page(admin)

    assert "Bob Client" in page
    assert "Carol Client" not in page
    assert "Eve Other" not in page
    assert _offered(page, own)
    assert _press(admin, own, "check_in").status_code == 302
    assert _press(admin, other, "check_in").status_code == 403
    for path in ("/admin/visits/visit/", "/admin/visits/slot/", "/admin/visits/provider/"):
        shown = admin.get(path).content
        assert b"Pia Provider" in shown, path
        assert b"Eve Other" not in shown, path
    for path in (f"visit/{other.pk}", f"slot/{other.slot_id}"):
        assert admin.get(f"/admin/visits/{path}/change/").status_code == 302
    other.refresh_from_db()
    assert other.status == "scheduled"


def test_a_coach_who_is_no_provider_sees_the_page_as_before(sign_in: SignIn) -> None:
    _visit(NOON)
    coach = cast.make_coach()
    assert not _page(sign_in(Role.COACH, user=cast.make_user(coach)))


def test_without_providers_and_without_a_role_it_is_as_before(sign_in: SignIn) -> None:
    assert not _page(sign_in())


def test_an_empty_day_says_when_the_next_visit_is(sign_in: SignIn) -> None:
    visit = _visit(NOON + timedelta(days=5))
    admin = sign_in()
    page = _page(admin)
    assert "No visits are booked for this day." in page
    assert f"?day={_day(visit)}" in page
    assert "with Bob Client" in page

    cancel_visit(visit=visit, reason=None, as_staff=True, now=NOON)

    assert "/admin/visits/slot/" in _page(admin)
    assert "all that was booked was cancelled" in _page(admin, day=_day(visit))


def test_many_that_are_over_are_folded_away_but_not_what_was_just_changed(sign_in: SignIn) -> None:
    now = datetime.now(tz=UTC).replace(second=0, microsecond=0)
    midnight = NOON.astimezone(BERLIN).replace(hour=0).astimezone(UTC)
    if now - midnight < timedelta(minutes=30):
        pytest.skip("Nothing of today can be over yet.")
    provider = visiting.make_provider()
    service = visiting.make_visit_type(duration_minutes=5)
    visits = [
        visiting.make_visit(
            visiting.make_slot(provider, midnight + timedelta(minutes=5 * number), minutes=5),
            cast.make_client(),
            service,
        )
        for number in range(4)
    ]
    for visit in visits[:3]:
        step_visit(visit=visit, step=Step.COMPLETE, now=now)
    admin = sign_in()

    folded, _, shown = _page(admin).partition("</details>")

    assert "3 earlier ones are over" in folded
    assert (folded.count("sk-visit-row"), shown.count("sk-visit-row")) == (3, 1)
    assert "<details" not in _page(admin, visit=str(visits[0].pk))


def test_the_day_is_that_of_the_brands_clocks(sign_in: SignIn) -> None:
    """Three in the morning in Berlin, the tenant's zone, is the evening before in New York, the brand's."""
    kids = cast.make_brand()
    Brand.objects.filter(pk=kids.pk).update(timezone="America/New_York")
    late = _visit(NOON.astimezone(BERLIN).replace(hour=3), brand=kids)
    local = late.starts_at.astimezone(ZoneInfo("America/New_York"))
    admin = sign_in(Role.MANAGER, brand=kids)

    page = _page(admin, day=local.date().isoformat())

    assert f"{local:%H:%M}–" in page
    assert "times in America/New_York" in page
    assert "Bob Client" in page
    assert "Bob Client" not in _page(admin, day=_day(late))


def test_the_meeting_link_is_not_in_the_list_but_on_the_visits_page(sign_in: SignIn) -> None:
    visit = _visit(NOON + timedelta(days=1))
    Service.objects.update(is_remote=True)
    Provider.objects.update(meeting_url="https://meet.example.com/pia")
    admin = sign_in()
    page = f"/admin/visits/visit/{visit.pk}/"

    assert "meet.example.com" not in _page(admin, day=_day(visit))
    assert "meet.example.com" not in admin.get("/admin/visits/visit/").content.decode()
    assert 'href="https://meet.example.com/pia"' in admin.get(f"{page}change/").content.decode()

    admin.post(f"{page}set_meeting/", url="https://meet.example.com/own", _form_submitted="true")
    assert 'href="https://meet.example.com/own"' in admin.get(f"{page}change/").content.decode()
    admin.post(f"{page}set_meeting/", url="http://meet.example.com/", _form_submitted="true")
    assert Visit.objects.get().meeting_url == "https://meet.example.com/own"
    assert "https://meet.example.com/own" not in admin.get(f"{page}history/").content.decode()


def test_a_standing_link_is_set_by_who_may_and_seen_by_nobody_else(sign_in: SignIn) -> None:
    provider = visiting.make_provider()
    row = Provider.objects.get()
    page = f"/admin/visits/provider/{row.pk}/"
    themselves = sign_in(Role.COACH, user=cast.make_user(provider))

    themselves.post(f"{page}standing_link/", url="https://meet.example.com/pia", _form_submitted="true")

    assert Provider.objects.get().meeting_url == "https://meet.example.com/pia"
    assert b"meet.example.com/pia" in themselves.get(f"{page}change/").content
    desk = sign_in(Role.RECEPTIONIST)
    assert b"meet.example.com" not in desk.get(f"{page}change/").content
    assert desk.post(f"{page}standing_link/", url="", _form_submitted="true").status_code == 403


def _drawn(*visits: Visit, day: date, zone: str, now: datetime) -> Any:
    return picture(visits, Day(day, ZoneInfo(zone)), now=now)


def test_the_picture_has_a_lane_for_each_provider_and_is_to_scale(north: Any) -> None:
    at = cast.MONDAY.replace(hour=9)
    one = _visit(at)
    two = _visit(at + timedelta(hours=1), provider=one.provider, client="Carolina Castellanos")
    other = _visit(at, provider=visiting.make_provider("Ada Other"))

    drawn = _drawn(one, two, other, day=at.date(), zone="UTC", now=at + timedelta(hours=4))

    assert [(lane.name, len(lane.bars)) for lane in drawn.lanes] == [("Ada Other", 1), ("Pia Provider", 2)]
    first, second = drawn.lanes[1].bars
    hour = (drawn.width - drawn.left) / 10
    assert [first.x, second.x] == [drawn.left + hour, drawn.left + 2 * hour]
    assert first.width == pytest.approx(hour / 2 - 2, abs=0.2)
    assert [first.label, second.label] == ["Bob", "CC"]
    assert [one.label for one in drawn.hours][::9] == ["08:00", "17:00"]
    assert drawn.now == drawn.left + 5 * hour


def test_the_picture_ends_with_the_day_and_has_room_for_early_and_late_ones(north: Any) -> None:
    provider = visiting.make_provider()
    early = _visit(cast.MONDAY.replace(hour=5, minute=15), provider=provider)
    service = visiting.make_visit_type("night")
    slot = visiting.make_slot(provider, cast.MONDAY.replace(hour=23), minutes=120)
    night = visiting.make_visit(slot, Client.objects.get(), service)
    for day, count in ((cast.MONDAY.date(), 2), (cast.MONDAY.date() + timedelta(days=1), 1)):
        visits = [early, night][2 - count :]
        drawn = _drawn(*visits, day=day, zone="UTC", now=cast.MONDAY)
        for bar in drawn.lanes[0].bars:
            assert drawn.left <= bar.x
            assert bar.x + bar.width <= drawn.width
    assert drawn.lanes[0].bars[0].x == drawn.left


@pytest.mark.parametrize(("day", "hours"), [(date(2030, 3, 31), 23), (date(2030, 10, 27), 25), (date(2030, 1, 7), 24)])
def test_a_day_of_changing_clocks_has_its_own_length(day: date, hours: int) -> None:
    one = Day(day, ZoneInfo("Europe/Berlin"))
    assert one.end - one.start == timedelta(hours=hours)
    assert one.written(one.at(time(8))) == "08:00"
