"""Erasing and exporting a person in the admin, and the receipts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.rules import Role
from scheduling.models import Erasure, Person
from scheduling.services.erase_person import erase_person
from tests.admin.conftest import AdminBrowser
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
LIST = "/admin/scheduling/person/"


@pytest.fixture(autouse=True)
def _own_log(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LOG = str(tmp_path / "erasures.jsonl")


def _page(person: Person, action: str) -> str:
    return f"{LIST}{person.pk}/{action}/"


def test_the_page_says_what_will_happen_and_wants_a_word(sign_in: SignIn) -> None:
    person = cast.make_client().person
    browser = sign_in(Role.MANAGER)

    page = browser.get(_page(person, "erase_person")).content.decode()
    assert "be undone" in page
    assert "All that they have booked" in page
    assert "office hours and slots end" not in page

    again = browser.post(_page(person, "erase_person"), confirmed="yes").content.decode()
    assert "Type the word erase." in again
    assert Person.objects.get(pk=person.pk).erased_at is None


def test_a_manager_erases_somebody(sign_in: SignIn) -> None:
    person = cast.make_client().person
    browser = sign_in(Role.MANAGER)

    answer = browser.post(_page(person, "erase_person"), confirmed="Erase")

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert Erasure.objects.get().by == f"user:{browser.user.pk}"
    assert str(person.pk) not in browser.get(LIST).content.decode()
    assert "Erased" not in browser.get("/admin/scheduling/client/").content.decode()


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.COACH])
def test_who_may_not_sees_no_button_and_is_refused(sign_in: SignIn, role: Role) -> None:
    person = cast.make_client().person
    browser = sign_in(role)

    for action in ("erase_person", "export_person"):
        assert browser.post(_page(person, action), confirmed="erase").status_code in {302, 403}
        assert _page(person, action) not in browser.get(f"{LIST}{person.pk}/change/").content.decode()
    assert browser.get("/admin/scheduling/erasure/").status_code in {302, 403}
    assert not Erasure.objects.exists()


def test_a_manager_of_one_brand_does_not_erase_anothers_people(sign_in: SignIn) -> None:
    kids = cast.make_brand()
    both, other = cast.make_client("Kim Both", brand=kids), cast.make_client()
    both.brands.add(cast.main_brand())
    browser = sign_in(Role.MANAGER, brand=kids)

    refused = browser.post(_page(both.person, "erase_person"), confirmed="erase").content.decode()
    browser.post(_page(other.person, "erase_person"), confirmed="erase")

    assert "belongs to another brand" in refused
    assert not Erasure.objects.exists()


def test_nobody_erases_themselves_here(sign_in: SignIn) -> None:
    coach = cast.make_coach()
    browser = sign_in(Role.ADMINISTRATOR, user=cast.make_user(coach))

    assert "That is you" in browser.post(_page(coach.person, "erase_person"), confirmed="erase").content.decode()
    assert not Erasure.objects.exists()


def test_an_export_is_a_file(sign_in: SignIn) -> None:
    person = cast.make_client().person

    answer = sign_in(Role.MANAGER).get(_page(person, "export_person"))

    assert answer["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content)["tables"]["scheduling_person"][0]["email"] == person.email


def test_the_receipt_names_nobody(sign_in: SignIn) -> None:
    client = cast.make_client()
    receipt = erase_person(person=client.person, by="command:test", now=cast.MONDAY)
    browser = sign_in(Role.ADMINISTRATOR)

    listed = browser.get("/admin/scheduling/erasure/").content.decode()
    shown = browser.get(f"/admin/scheduling/erasure/{receipt.pk}/change/").content.decode()

    assert str(client.person_id) in listed
    assert "Going on" in listed
    assert "scheduling person: 1" in shown
    assert "bob" not in (listed + shown).lower()
    assert browser.post(f"/admin/scheduling/erasure/{receipt.pk}/delete/", post="yes").status_code in {302, 403, 405}
    assert Erasure.objects.count() == 1
