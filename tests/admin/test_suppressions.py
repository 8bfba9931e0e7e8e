"""The suppression list of the admin: who sees what, and that staff adds and ends through the services."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.rules import Role
from notifications.models import Suppression
from tenants.audit.models import AuditEntry
from tests.admin.conftest import AdminBrowser
from tests.support import cast
from tests.support.browser import text_of

LIST = "/admin/notifications/suppression/"
NEW = {"channel": "email", "address": " Dora@Example.com", "scope": "non_essential", "brand": "", "note": "Called."}
SignIn = Callable[..., AdminBrowser]


def _end(admin: AdminBrowser, *rows: Suppression) -> Any:
    return admin.post(LIST, action="end", _selected_action=[str(row.pk) for row in rows])


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER, Role.RECEPTIONIST])
def test_staff_adds_and_ends(sign_in: SignIn, role: Role) -> None:
    admin = sign_in(role)

    assert admin.get(f"{LIST}add/").status_code == 200
    assert admin.post(f"{LIST}add/", **NEW).status_code == 302
    row = Suppression.objects.get()
    assert (row.address, row.reason, row.scope, row.brand, row.note) == (
        "dora@example.com", "manual", "non_essential", None, "Called."
    )  # fmt: skip
    assert AuditEntry.objects.filter(kind="suppression").get().actor == f"user:{admin.user.pk}"

    _end(admin, row)
    row.refresh_from_db()
    assert (row.ended_at is not None, row.version) == (True, 2)
    assert "Ended" in text_of(admin.get(LIST, status="ended"))


def test_a_coach_sees_none(sign_in: SignIn) -> None:
    row = cast.make_suppression("all")
    admin = sign_in(Role.COACH)

    assert admin.get(LIST).status_code == 403
    _end(admin, row)
    row.refresh_from_db()
    assert row.ended_at is None


def test_staff_of_a_brand_sees_adds_and_ends_its_brands_alone(sign_in: SignIn) -> None:
    kids = cast.make_brand()
    others = [cast.make_suppression("all"), cast.make_suppression("main", brand=cast.main_brand())]
    own = cast.make_suppression("own", brand=kids)
    admin = sign_in(brand=kids)

    page = admin.get(LIST).content
    assert own.address.encode() in page
    for other in others:
        assert other.address.encode() not in page
        assert admin.get(f"{LIST}{other.pk}/change/").status_code == 302

    _end(admin, own, *others)
    assert list(Suppression.objects.active()) == sorted(others, key=lambda row: row.created_at, reverse=True)

    for brand in ("", str(cast.main_brand().pk)):
        assert admin.post(f"{LIST}add/", **{**NEW, "brand": brand}).status_code == 200
    assert admin.post(f"{LIST}add/", **{**NEW, "brand": str(kids.pk)}).status_code == 302
    assert Suppression.objects.get(address="dora@example.com").brand == kids


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "nobody"}, "no address for that channel"),
        ({"channel": "sms", "address": "+"}, "no address for that channel"),
        ({"address": ""}, "This field is required"),
        ({"channel": "fax"}, "not one of the available choices"),
        ({"note": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_is_wrong_is_said_at_the_form(sign_in: SignIn, wrong: dict[str, str], said: str) -> None:
    answer = sign_in().post(f"{LIST}add/", **{**NEW, **wrong})

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Suppression.objects.exists()


def test_twice_by_hand_is_said_at_the_form(sign_in: SignIn) -> None:
    admin = sign_in()
    admin.post(f"{LIST}add/", **NEW)

    answer = admin.post(f"{LIST}add/", **{**NEW, "address": "dora@example.com"})

    assert "suppressed by hand already" in answer.content.decode()
    assert Suppression.objects.count() == 1


def test_nothing_is_changed_or_deleted(sign_in: SignIn) -> None:
    row = cast.make_suppression("all")
    admin = sign_in(Role.ADMINISTRATOR)

    admin.post(f"{LIST}{row.pk}/change/", **NEW)
    assert admin.post(f"{LIST}{row.pk}/delete/", post="yes").status_code == 403
    row.refresh_from_db()
    assert (row.note, row.version) == ("all", 1)


def test_a_number_is_found_as_people_write_it(sign_in: SignIn) -> None:
    admin = sign_in()
    admin.post(f"{LIST}add/", **{**NEW, "channel": "sms", "address": "0049 30 5550-142"})

    assert b"+49305550142" in admin.get(LIST, q="+49 (30) 5550 142").content
    assert b"+49305550142" not in admin.get(LIST, q="+49 30 999").content


@pytest.mark.parametrize(("status", "shown"), [("active", ["one"]), ("ended", ["two"]), ("", ["one", "two"])])
def test_the_list_is_filtered(sign_in: SignIn, status: str, shown: list[str]) -> None:
    rows = [cast.make_suppression(name) for name in ("one", "two")]
    admin = sign_in()
    _end(admin, rows[1])

    page = admin.get(LIST, **({"status": status} if status else {})).content.decode()

    assert [row.note for row in rows if row.address in page] == shown
