"""POST /v1/providers (loop.yaml): registering a provider of visits."""

from typing import Any

import pytest

from scheduling.models import StaffMember
from tests.support import cast
from tests.support.http import Rest
from visits.models import Provider


@pytest.fixture
def service(north: Any) -> Rest:
    return Rest(north, cast.make_token(scopes=["write:providers"]))


def _said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_provider_is_registered_with_all_that_is_said(service: Rest) -> None:
    brand = cast.main_brand()
    said = {
        "brand_id": str(brand.pk),
        "name": "Dr. Grace Murray Hopper",
        "specialty": "Cardiology",
        "npi": "1234567893",
        "email": "grace@example.com",
        "phone": "+49 30 1234567",
        "metadata": {"languages": ["de", "en"], "since": 1999, "room": None},
    }

    answer = service.post("/v1/providers", said)

    assert answer.status_code == 201, answer.content
    provider = Provider.objects.get()
    assert answer.json() == {
        "id": str(provider.staff_member.person_id),
        **said,
        "created_at": provider.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": provider.updated_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_provider_is_a_staff_member_who_can_be_booked(service: Rest) -> None:
    brand = cast.main_brand()

    service.post("/v1/providers", {"brand_id": str(brand.pk), "name": "Grace Hopper", "specialty": "Cardiology"})

    staff_member = StaffMember.objects.get()
    assert list(staff_member.brands.all()) == [brand]
    assert (staff_member.title, staff_member.resource.name) == ("Cardiology", "Grace Hopper")
    assert staff_member.person.timezone == staff_member.resource.timezone == "Europe/Berlin"


def test_what_is_not_said_is_null_and_the_metadata_empty(service: Rest) -> None:
    answer = service.post("/v1/providers", {"brand_id": str(cast.main_brand().pk), "name": "Grace"})

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in ("specialty", "npi", "email", "phone", "metadata")} == {
        "specialty": None,
        "npi": None,
        "email": None,
        "phone": None,
        "metadata": {},
    }


def test_the_brand_must_be_the_current_one(service: Rest) -> None:
    answer = service.post("/v1/providers", {"brand_id": str(cast.make_brand().pk), "name": "Grace Hopper"})

    assert _said(answer) == (403, "foreign_brand")
    assert not StaffMember.objects.exists()


def test_an_unknown_brand_is_as_foreign_as_any(service: Rest) -> None:
    answer = service.post("/v1/providers", {"brand_id": "00000000-0000-4000-8000-000000000000", "name": "Grace"})

    assert _said(answer) == (403, "foreign_brand")


def test_the_brand_of_the_client_application_is_the_current_one(north: Any) -> None:
    kids = cast.make_brand()
    service = Rest(north, cast.make_token(scopes=["write:providers"], brand=kids))

    assert service.post("/v1/providers", {"brand_id": str(kids.pk), "name": "Grace"}).status_code == 201


def test_a_coach_of_the_brand_becomes_a_provider_too(service: Rest) -> None:
    coach = cast.make_coach()
    body = {"brand_id": str(cast.main_brand().pk), "name": "Ada Coach", "email": coach.person.email}

    answer = service.post("/v1/providers", body)

    assert answer.status_code == 201
    assert answer.json()["id"] == str(coach.person_id)
    assert Provider.objects.get().staff_member == coach


def test_a_provider_of_the_brand_is_not_registered_twice(service: Rest) -> None:
    body = {"brand_id": str(cast.main_brand().pk), "name": "Grace Hopper", "email": "grace@example.com"}
    first = service.post("/v1/providers", body).json()

    answer = service.post("/v1/providers", {**body, "email": "GRACE@example.com"})

    assert _said(answer) == (409, "provider_exists")
    assert first["id"] in answer.json()["message"]
    assert Provider.objects.count() == 1


def test_a_provider_of_two_brands_is_answered_with_the_brand_asked_through(north: Any, service: Rest) -> None:
    main, kids = cast.main_brand(), cast.make_brand()
    body = {"name": "Grace Hopper", "email": "grace@example.com"}
    first = service.post("/v1/providers", {**body, "brand_id": str(main.pk), "npi": "1", "metadata": {"a": 1}}).json()

    second = service.post(
        "/v1/providers",
        {**body, "brand_id": str(kids.pk), "metadata": {"b": 2}},
        host=cast.brand_host(north, kids),
    )

    assert second.status_code == 201
    assert (second.json()["id"], second.json()["brand_id"]) == (first["id"], str(kids.pk))
    assert (second.json()["npi"], second.json()["metadata"]) == (None, {"b": 2})
    assert set(StaffMember.objects.get().brands.all()) == {main, kids}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"brand_id": None}, "brand_id"),
        ({"brand_id": "main"}, "brand_id"),
        ({"brand_id": ["x"]}, "brand_id"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": {}}, "name"),
        ({"specialty": "x" * 201}, "specialty"),
        ({"specialty": []}, "specialty"),
        ({"npi": "1" * 21}, "npi"),
        ({"email": "nobody"}, "email"),
        ({"email": "a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".com"}, "email"),
        ({"phone": "1" * 33}, "phone"),
        ({"metadata": []}, "metadata"),
        ({"metadata": "text"}, "metadata"),
        ({"metadata": None}, "metadata"),
        ({"metadata": {"deep": {"text": "a\0b"}}}, "metadata.deep.text"),
    ],
)
def test_what_cannot_be_is_refused_by_name(service: Rest, changes: dict[str, Any], field: str) -> None:
    answer = service.post("/v1/providers", {"brand_id": str(cast.main_brand().pk), "name": "Grace", **changes})

    assert _said(answer) == (400, "validation_error"), answer.content
    assert f"{field}:" in answer.json()["message"]
    assert not Provider.objects.exists()


@pytest.mark.parametrize("name", ["x" * 100, "x" * 99 + " " + "y" * 100, "x y " * 49 + "x y", "Anna  Maria Bell"])
def test_a_long_name_is_kept_as_it_is(service: Rest, name: str) -> None:
    answer = service.post("/v1/providers", {"brand_id": str(cast.main_brand().pk), "name": name})

    assert answer.status_code == 201, answer.content
    assert answer.json()["name"] == name


def test_the_last_word_is_the_family_name(service: Rest) -> None:
    service.post("/v1/providers", {"brand_id": str(cast.main_brand().pk), "name": "Grace Murray Hopper"})

    person = StaffMember.objects.get().person
    assert (person.given_name, person.family_name) == ("Grace Murray", "Hopper")


def test_registering_needs_its_scope(north: Any) -> None:
    answer = Rest(north, cast.make_token(scopes=["write:staff"])).post(
        "/v1/providers", {"brand_id": str(cast.main_brand().pk), "name": "Grace"}
    )

    assert _said(answer) == (403, "insufficient_scope")
    assert 'scope="write:providers"' in answer["WWW-Authenticate"]
