"""Calendar feeds in the admin: the address is shown once, and opens the calendar."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.rules import Role
from notifications.models import CalendarFeed
from tests.admin.conftest import AdminBrowser
from tests.notifications.feeds.scene import entries, fetch
from tests.notifications.scene import book
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
FEEDS = "/admin/notifications/calendarfeed/"


def _form(**fields: Any) -> dict[str, Any]:
    brand = str(fields.pop("brand", cast.main_brand()).pk)
    return {"brand": brand, "staff_member": "", "room": "", "client": "", "level": "busy", "name": "", **fields}


def _secret(answer: Any) -> str:
    found = re.search(r'id="secret">http://north\.test/calendars/(\w+)\.ics<', answer.content.decode())
    assert found, answer.content.decode()[-3000:]
    return found[1]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER])
def test_a_new_feed_s_address_is_shown_once(sign_in: SignIn, role: Role) -> None:
    book(coach=(ada := cast.make_coach()))
    admin = sign_in(role)
    assert admin.get(f"{FEEDS}add/").status_code == 200

    answer = admin.post(f"{FEEDS}add/", **_form(staff_member=ada.pk, level="full", name="Ada's phone"))

    secret = _secret(answer)
    assert "no-store" in answer["Cache-Control"]
    assert "Google" in answer.content.decode()
    assert len(entries(fetch(admin.tenant, secret))) == 1
    feed = CalendarFeed.objects.get()
    assert (feed.created_by, feed.level, feed.name) == (admin.user, "full", "Ada's phone")
    for page in (FEEDS, f"{FEEDS}{feed.pk}/change/", f"{FEEDS}{feed.pk}/history/"):
        seen = admin.get(page)
        assert seen.status_code == 200
        assert secret not in seen.content.decode()
    assert feed.prefix in admin.get(FEEDS).content.decode()


@pytest.mark.parametrize("owners", [(), ("staff_member", "client"), ("staff_member", "room", "client")])
def test_it_is_of_one(sign_in: SignIn, owners: tuple[str, ...]) -> None:
    ids = {"staff_member": cast.make_coach().pk, "client": cast.make_client().pk, "room": cast.make_room().pk}

    answer = sign_in(Role.MANAGER).post(f"{FEEDS}add/", **_form(**{name: ids[name] for name in owners}))

    assert "Choose one: a staff member, a room or a client." in answer.content.decode()
    assert not CalendarFeed.objects.exists()


def test_of_who_is_not_of_the_brand_there_is_none(sign_in: SignIn) -> None:
    ina = cast.make_coach("Ina Coach", brand=cast.make_brand("kids"))

    answer = sign_in(Role.ADMINISTRATOR).post(f"{FEEDS}add/", **_form(staff_member=ina.pk))

    assert "This brand has no such staff member" in answer.content.decode()
    assert not CalendarFeed.objects.exists()


def test_a_manager_of_one_brand_makes_none_of_another(sign_in: SignIn) -> None:
    kids = cast.make_brand("kids")
    ada, ina, bob = cast.make_coach(), cast.make_coach("Ina Coach", brand=kids), cast.make_client()
    other = cast.make_feed(ada, name="main's feed")
    admin = sign_in(Role.MANAGER, brand=kids)

    for form in (_form(staff_member=ada.pk), _form(staff_member=ada.pk, brand=kids), _form(client=bob.pk, brand=kids)):
        assert admin.post(f"{FEEDS}add/", **form).status_code == 200
    assert CalendarFeed.objects.count() == 1
    assert "main&#x27;s feed" not in admin.get(FEEDS).content.decode()
    for action in ("rotate", "revoke"):
        admin.post(FEEDS, action=action, _selected_action=[other.pk])
    assert fetch(admin.tenant, other).status_code == 200
    _secret(admin.post(f"{FEEDS}add/", **_form(staff_member=ina.pk, brand=kids)))


def test_a_receptionist_sees_and_changes_nothing(sign_in: SignIn) -> None:
    feed = cast.make_feed(ada := cast.make_coach())
    admin = sign_in(Role.RECEPTIONIST)

    assert feed.prefix in admin.get(FEEDS).content.decode()
    assert admin.post(f"{FEEDS}add/", **_form(staff_member=ada.pk)).status_code == 403
    for action in ("rotate", "revoke"):
        admin.post(FEEDS, action=action, _selected_action=[feed.pk])
    assert fetch(admin.tenant, feed).status_code == 200


def test_who_manages_one_brand_and_sees_another_ends_feeds_of_the_first_alone(sign_in: SignIn) -> None:
    kids = cast.make_brand("kids")
    theirs, own = cast.make_feed(cast.make_coach()), cast.make_feed(cast.make_coach("Ina", brand=kids), brand=kids)
    admin = sign_in(Role.RECEPTIONIST)
    Membership.objects.create(user=admin.user, role=Role.MANAGER, brand=kids)
    assert theirs.prefix in admin.get(FEEDS).content.decode()

    admin.post(FEEDS, action="rotate", _selected_action=[theirs.pk])
    admin.post(FEEDS, action="revoke", _selected_action=[theirs.pk, own.pk])

    assert [fetch(admin.tenant, feed).status_code for feed in (theirs, own)] == [200, 404]


def test_a_coach_makes_rotates_and_revokes_feeds_of_their_own(sign_in: SignIn) -> None:
    book(coach=(ada := cast.make_coach()))
    others = cast.make_feed(cast.make_coach("Ina Coach"), name="Ina's phone")
    admin = sign_in(Role.COACH, user=cast.make_user(ada))
    page = admin.get(f"{FEEDS}add/").content.decode()
    assert re.search(rf'<option value="{ada.pk}"\s+selected>\s*Ada Coach', page), "what leaves no choice is chosen"
    assert re.search(rf'<option value="{cast.main_brand().pk}"\s+selected>', page)
    assert "Ina Coach" not in page
    assert 'name="client"' not in page
    assert "Calendar feeds" in admin.get("/admin/").content.decode()

    first = _secret(admin.post(f"{FEEDS}add/", **_form(staff_member=ada.pk, level="full")))

    assert len(entries(fetch(admin.tenant, first))) == 1
    own = CalendarFeed.objects.get(staff_member=ada)
    listed = admin.get(FEEDS).content.decode()
    assert own.prefix in listed
    assert others.prefix not in listed
    second = _secret(admin.post(FEEDS, action="rotate", _selected_action=[own.pk]))
    assert [fetch(admin.tenant, secret).status_code for secret in (first, second)] == [404, 200]
    admin.post(FEEDS, action="revoke", _selected_action=[own.pk])
    assert fetch(admin.tenant, second).status_code == 404


def test_a_coach_reaches_nobody_elses_calendar(sign_in: SignIn) -> None:
    ada, ina, bob, room = cast.make_coach(), cast.make_coach("Ina Coach"), cast.make_client(), cast.make_room()
    others = [cast.make_feed(ina), cast.make_feed(bob), cast.make_feed(room)]
    admin = sign_in(Role.COACH, user=cast.make_user(ada))

    for owner in ({"staff_member": ina.pk}, {"client": bob.pk}, {"room": room.pk}):
        assert admin.post(f"{FEEDS}add/", **_form(**owner)).status_code == 200
    assert CalendarFeed.objects.count() == len(others)
    for feed in others:
        assert admin.get(f"{FEEDS}{feed.pk}/change/").status_code == 302
        for action in ("rotate", "revoke"):
            admin.post(FEEDS, action=action, _selected_action=[feed.pk])
        assert fetch(admin.tenant, feed).status_code == 200


def test_who_manages_one_brand_and_coaches_in_another_makes_there_their_own_alone(sign_in: SignIn) -> None:
    """Ina works for both brands: from the one that they manage she can be chosen, and not for the other."""
    kids = cast.make_brand("kids")
    ada, ina = cast.make_coach(), cast.make_coach("Ina Coach")
    ina.brands.add(kids)
    admin = sign_in(Role.COACH, user=cast.make_user(ada))
    Membership.objects.create(user=admin.user, role=Role.MANAGER, brand=kids)

    refused = admin.post(f"{FEEDS}add/", **_form(staff_member=ina.pk))

    assert "This brand has no such staff member" in refused.content.decode()
    assert not CalendarFeed.objects.exists()
    _secret(admin.post(f"{FEEDS}add/", **_form(staff_member=ina.pk, brand=kids)))
    _secret(admin.post(f"{FEEDS}add/", **_form(staff_member=ada.pk)))


def test_rotating_shows_another_address_and_ends_the_old_one(sign_in: SignIn) -> None:
    feed = cast.make_feed(cast.make_coach())
    admin = sign_in(Role.MANAGER)

    secret = _secret(admin.post(FEEDS, action="rotate", _selected_action=[feed.pk]))

    assert fetch(admin.tenant, feed).status_code == 404
    assert fetch(admin.tenant, secret).status_code == 200
    assert secret not in repr(dict(admin.client.session))


def test_revoking_ends_it(sign_in: SignIn) -> None:
    feed = cast.make_feed(cast.make_coach())
    admin = sign_in(Role.MANAGER)

    admin.post(FEEDS, action="revoke", _selected_action=[feed.pk])

    assert fetch(admin.tenant, feed).status_code == 404
    assert "Revoked" in admin.get(FEEDS).content.decode()
    assert "was revoked for good" in _followed(admin, action="rotate", _selected_action=[feed.pk])


def _followed(admin: AdminBrowser, **form: Any) -> str:
    assert admin.post(FEEDS, **form).status_code == 302
    text: str = admin.get(FEEDS).content.decode()
    return text


def test_the_address_is_one_at_which_the_feed_opens(sign_in: SignIn) -> None:
    """From the host of a brand, an administrator of all makes a feed of another."""
    admin = sign_in(Role.ADMINISTRATOR)
    kids = cast.make_brand("kids")
    host = cast.brand_host(admin.tenant, kids)
    ada = cast.make_coach()
    admin.client.defaults["HTTP_HOST"] = host

    answer = admin.post(f"{FEEDS}add/", **_form(staff_member=ada.pk))

    assert fetch(admin.tenant, _secret(answer)).status_code == 200
