"""/v1/staff: the people who are booked, in the platform's own format."""

from typing import Any

import pytest

from scheduling.models import Resource, StaffMember
from tests.scheduling.people import assert_problem
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def service(north: Any) -> Rest:
    return Rest(north, cast.make_token(scopes=["read:staff", "write:staff"]))


def test_a_staff_member_is_registered_with_a_calendar(service: Rest) -> None:
    answer = service.post(
        "/v1/staff",
        {"given_name": "Ada", "family_name": "Coach", "title": "Head coach", "timezone": "Asia/Tokyo"},
    )

    assert answer.status_code == 201, answer.content
    staff_member = StaffMember.objects.get()
    assert answer.json() == {
        "id": str(staff_member.person_id),
        "number": staff_member.pk,
        "given_name": "Ada",
        "family_name": "Coach",
        "email": "",
        "phone": "",
        "language": "en",
        "timezone": "Asia/Tokyo",
        "birth_date": None,
        "gender": "",
        "version": 1,
        "created_at": staff_member.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": staff_member.person.updated_at.isoformat().replace("+00:00", "Z"),
        "title": "Head coach",
        "is_active": True,
    }
    resource = Resource.objects.get()
    assert staff_member.resource == resource
    assert (resource.kind, resource.name, resource.timezone) == ("staff", "Ada Coach", "Asia/Tokyo")


def test_a_staff_member_can_be_read_as_registered(service: Rest) -> None:
    registered = service.post("/v1/staff", {"given_name": "Ada", "email": "ada@example.com"}).json()

    answer = service.get(f"/v1/staff/{registered['id']}")

    assert (answer.status_code, answer.json()) == (200, registered)


def test_the_longest_names_are_kept(service: Rest) -> None:
    answer = service.post("/v1/staff", {"given_name": "x" * 100, "family_name": "y" * 100})

    assert answer.status_code == 201, answer.content
    assert (answer.json()["given_name"], answer.json()["family_name"]) == ("x" * 100, "y" * 100)
    renamed = service.patch(f"/v1/staff/{answer.json()['id']}", {"given_name": "z" * 100})
    assert renamed.status_code == 200, renamed.content


def test_a_staff_member_with_a_known_address_is_not_registered_twice(service: Rest) -> None:
    first = service.post("/v1/staff", {"given_name": "Ada", "email": "ada@example.com"}).json()

    answer = service.post("/v1/staff", {"given_name": "Ada", "email": "Ada@example.com"})

    assert_problem(answer, status=409, code="staff_member_exists")
    assert first["id"] in answer.json()["detail"]
    assert Resource.objects.count() == 1


def test_a_staff_member_of_two_brands_has_one_calendar(north: Any, service: Rest) -> None:
    kids = cast.make_brand()
    first = service.post("/v1/staff", {"given_name": "Ada", "email": "ada@example.com"}).json()

    second = service.post(
        "/v1/staff", {"given_name": "Ada", "email": "ada@example.com"}, host=cast.brand_host(north, kids)
    )

    assert second.status_code == 201
    assert second.json()["id"] == first["id"]
    assert set(StaffMember.objects.get().brands.all()) == {kids, cast.main_brand()}
    assert Resource.objects.count() == 1


def test_the_calendar_follows_the_name_and_the_zone(service: Rest) -> None:
    registered = service.post("/v1/staff", {"given_name": "Ada", "family_name": "Coach"}).json()

    answer = service.patch(f"/v1/staff/{registered['id']}", {"given_name": "Eve", "timezone": "Europe/Berlin"})

    assert answer.status_code == 200
    assert (answer.json()["given_name"], answer.json()["version"]) == ("Eve", 2)
    resource = Resource.objects.get()
    assert (resource.name, resource.timezone) == ("Eve Coach", "Europe/Berlin")


def test_an_address_of_another_person_is_refused(service: Rest) -> None:
    registered = service.post("/v1/staff", {"given_name": "Ada"}).json()
    carol = cast.make_client("Carol Client")

    answer = service.patch(f"/v1/staff/{registered['id']}", {"email": carol.person.email})

    assert_problem(answer, status=409, code="email_taken")


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_staff_member_of_another_brand_is_not_found(service: Rest, method: str) -> None:
    kai = cast.make_coach("Kai Coach", brand=cast.make_brand())

    answer = service.request(method, f"/v1/staff/{kai.person_id}", {} if method == "PATCH" else None)

    assert_problem(answer, status=404, code="not_found")


def test_a_client_is_no_staff_member(service: Rest) -> None:
    assert_problem(service.get(f"/v1/staff/{cast.make_client().person_id}"), status=404, code="not_found")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/staff", "read:staff"),
        ("GET", "/v1/staff/00000000-0000-4000-8000-000000000000", "read:staff"),
        ("POST", "/v1/staff", "write:staff"),
        ("PATCH", "/v1/staff/00000000-0000-4000-8000-000000000000", "write:staff"),
    ],
)
def test_each_action_needs_its_scope(north: Any, method: str, path: str, scope: str) -> None:
    everything_else = ["read:staff" if scope == "write:staff" else "write:staff", "read:clients", "write:clients"]
    rest = Rest(north, cast.make_token(scopes=everything_else))

    answer = rest.request(method, path, {"given_name": "Ada"} if method != "GET" else None)

    assert_problem(answer, status=403, code="insufficient_scope")
    assert f'scope="{scope}"' in answer["WWW-Authenticate"]
