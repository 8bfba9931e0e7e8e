"""Whoever speaks for one brand alone can't take over a person of another (docs/adr/0008)."""

from typing import Any

import pytest

from notifications.models import Message
from scheduling.models import Client, Person
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def of_main(north: Any) -> Rest:
    return Rest(north, cast.make_token(brand=cast.main_brand()))


@pytest.mark.parametrize("path", ["/v1/clients", "/v1/staff"])
def test_a_known_address_of_another_brand_tells_nothing_and_joins_nobody(of_main: Rest, path: str) -> None:
    kim = cast.make_client("Kim Canary", brand=cast.make_brand())

    answer = of_main.post(path, {"given_name": "x", "email": kim.person.email.upper()})

    assert answer.status_code == 409
    assert answer.json()["code"] == "person_of_another_brand"
    assert b"Canary" not in answer.content
    assert str(kim.person_id).encode() not in answer.content
    assert Client.objects.filter(brands=cast.main_brand()).count() == 0


def test_a_provider_can_not_be_made_of_a_person_of_another_brand(of_main: Rest) -> None:
    kim = cast.make_client("Kim Canary", brand=cast.make_brand())
    body = {"brand_id": str(cast.main_brand().pk), "name": "x", "email": kim.person.email}
    answer = of_main.post("/v1/providers", body)
    assert (answer.status_code, answer.json()["error"]) == (409, "person_of_another_brand")


def test_a_person_of_two_brands_is_changed_by_neither(of_main: Rest) -> None:
    kim = cast.make_client("Kim Canary")
    kim.brands.add(cast.make_brand())

    answer = of_main.patch(f"/v1/clients/{kim.person_id}", {"email": "thief@example.com"})

    assert (answer.status_code, answer.json()["code"]) == (409, "person_of_another_brand")
    assert Person.objects.get(pk=kim.person_id).email == kim.person.email
    assert not Message.objects.exists()


def test_an_application_of_the_whole_tenant_may_do_both(north: Any) -> None:
    kim = cast.make_client("Kim Canary", brand=cast.make_brand())
    service = Rest(north, cast.make_token())

    assert service.post("/v1/clients", {"given_name": "x", "email": kim.person.email}).status_code == 201
    assert service.patch(f"/v1/clients/{kim.person_id}", {"given_name": "Kim"}).status_code == 200


def test_a_user_does_not_do_what_services_do(north: Any) -> None:
    from oauth2_provider.models import get_access_token_model

    client = cast.make_client()
    token = cast.make_token(user=cast.make_user(client), scopes=["read:bookings"])
    get_access_token_model().objects.update(scope="read:clients write:clients run:notifications")
    user = Rest(north, token)
    for answer in (
        user.get("/v1/clients"),
        user.patch(f"/v1/clients/{client.person_id}", {"given_name": "x"}),
        user.post("/v1/bookings/notify"),
    ):
        assert answer.status_code == 403, answer.content
        assert "insufficient_scope" in answer.content.decode()
