"""/v1/clients: the people who book, in the platform's own format."""

from typing import Any

import pytest

from scheduling.models import Client, Person
from tests.scheduling.people import assert_problem
from tests.support import cast
from tests.support.http import Rest

EVERYTHING = {
    "given_name": "Bob",
    "family_name": "Builder",
    "email": "bob@example.com",
    "phone": "+49 30 123-45.67",
    "language": "pt-BR",
    "timezone": "America/Sao_Paulo",
    "birth_date": "1990-02-28",
    "gender": "male",
}


@pytest.fixture
def service(north: Any) -> Rest:
    return Rest(north, cast.make_token(scopes=["read:clients", "write:clients"]))


def test_a_client_is_registered_with_all_that_is_said(service: Rest) -> None:
    answer = service.post("/v1/clients", EVERYTHING)

    assert answer.status_code == 201, answer.content
    client = Client.objects.get()
    assert answer.json() == {
        "id": str(client.person_id),
        "number": client.pk,
        **EVERYTHING,
        "version": 1,
        "created_at": client.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": client.person.updated_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_given_name_is_enough(service: Rest) -> None:
    answer = service.post("/v1/clients", {"given_name": "Bob"})

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in EVERYTHING} == {
        "given_name": "Bob",
        "family_name": "",
        "email": "",
        "phone": "",
        "language": "en",
        "timezone": "UTC",
        "birth_date": None,
        "gender": "",
    }


def test_a_client_can_be_read_as_registered(service: Rest) -> None:
    registered = service.post("/v1/clients", EVERYTHING).json()

    answer = service.get(f"/v1/clients/{registered['id']}")

    assert (answer.status_code, answer.json()) == (200, registered)


def test_two_clients_may_have_no_address(service: Rest) -> None:
    assert [service.post("/v1/clients", {"given_name": "Bob"}).status_code for _ in range(2)] == [201, 201]


def test_a_client_with_a_known_address_is_not_registered_twice(service: Rest) -> None:
    first = service.post("/v1/clients", EVERYTHING).json()

    answer = service.post("/v1/clients", {"given_name": "Robert", "email": "BOB@example.com"})

    assert_problem(answer, status=409, code="client_exists")
    assert first["id"] in answer.json()["detail"]
    assert Person.objects.get().given_name == "Bob"


def test_a_staff_member_becomes_a_client_as_the_person_they_are(service: Rest) -> None:
    coach = cast.make_coach("Ada Coach")

    answer = service.post("/v1/clients", {"given_name": "Somebody", "email": coach.person.email})

    assert answer.status_code == 201
    assert (answer.json()["id"], answer.json()["given_name"]) == (str(coach.person_id), "Ada")


def test_a_client_of_another_brand_becomes_one_of_this_brand_too(service: Rest) -> None:
    kids = cast.make_brand()
    kim = cast.make_client("Kim Client", brand=kids)

    answer = service.post("/v1/clients", {"given_name": "Kim", "email": kim.person.email})

    assert answer.status_code == 201
    assert set(kim.brands.all()) == {kids, cast.main_brand()}


def test_changing_a_client_changes_what_is_named_and_raises_the_version(service: Rest) -> None:
    registered = service.post("/v1/clients", EVERYTHING).json()

    answer = service.patch(f"/v1/clients/{registered['id']}", {"family_name": "Baker", "phone": ""})

    assert answer.status_code == 200
    changed = answer.json()
    assert changed.pop("updated_at") > registered.pop("updated_at")
    assert changed == {**registered, "family_name": "Baker", "phone": "", "version": 2}
    assert service.get(f"/v1/clients/{registered['id']}").json()["family_name"] == "Baker"


def test_an_address_of_another_person_is_refused(service: Rest) -> None:
    registered = service.post("/v1/clients", EVERYTHING).json()
    carol = cast.make_client("Carol Client")

    answer = service.patch(f"/v1/clients/{registered['id']}", {"email": carol.person.email.upper()})

    assert_problem(answer, status=409, code="email_taken")
    assert Person.objects.get(pk=registered["id"]).version == 1


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_client_of_another_brand_is_not_found(service: Rest, method: str) -> None:
    kim = cast.make_client("Kim Client", brand=cast.make_brand())

    answer = service.request(method, f"/v1/clients/{kim.person_id}", {} if method == "PATCH" else None)

    assert_problem(answer, status=404, code="not_found")


@pytest.mark.parametrize("client_id", ["00000000-0000-4000-8000-000000000000", "1", "me"])
def test_an_unknown_client_is_not_found(service: Rest, client_id: str) -> None:
    assert_problem(service.get(f"/v1/clients/{client_id}"), status=404, code="not_found")


def test_a_staff_member_is_no_client(service: Rest) -> None:
    assert_problem(service.get(f"/v1/clients/{cast.make_coach().person_id}"), status=404, code="not_found")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/clients", "read:clients"),
        ("GET", "/v1/clients/00000000-0000-4000-8000-000000000000", "read:clients"),
        ("POST", "/v1/clients", "write:clients"),
        ("PATCH", "/v1/clients/00000000-0000-4000-8000-000000000000", "write:clients"),
    ],
)
def test_each_action_needs_its_scope(north: Any, method: str, path: str, scope: str) -> None:
    everything_else = ["read:clients" if scope == "write:clients" else "write:clients", "read:staff", "write:staff"]
    rest = Rest(north, cast.make_token(scopes=everything_else))

    answer = rest.request(method, path, {"given_name": "Bob"} if method != "GET" else None)

    assert_problem(answer, status=403, code="insufficient_scope")
    assert f'scope="{scope}"' in answer["WWW-Authenticate"]
