"""GET /v1/clients and /v1/staff: who is seen, page by page."""

import base64
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tenants.context import use
from tests.scheduling.people import assert_problem
from tests.support import cast
from tests.support.http import Rest

LISTS = pytest.mark.parametrize(
    ("path", "make"), [("/v1/clients", cast.make_client), ("/v1/staff", cast.make_coach)], ids=["clients", "staff"]
)


@pytest.fixture
def service(north: Any) -> Rest:
    return Rest(north, cast.make_token())


def _ids(page: Any) -> list[str]:
    return [person["id"] for person in page["data"]]


def _follow(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


@LISTS
def test_people_are_listed_in_the_order_of_their_registration(service: Rest, path: str, make: Any) -> None:
    people = [make(f"{name} Person") for name in ("Zoe", "Adam", "Mia")]

    answer = service.get(path)

    assert answer.status_code == 200
    assert _ids(answer.json()) == [str(one.person_id) for one in people]
    assert (answer.json()["next"], answer.json()["previous"]) == (None, None)


@LISTS
def test_pages_follow_each_other_forth_and_back(service: Rest, path: str, make: Any) -> None:
    people = [str(make(f"Person {number}").person_id) for number in range(5)]

    first = service.get(f"{path}?limit=2").json()
    second = service.get(_follow(first["next"])).json()
    third = service.get(_follow(second["next"])).json()
    back = service.get(_follow(third["previous"])).json()

    assert [_ids(page) for page in (first, second, third, back)] == [people[:2], people[2:4], people[4:], people[2:4]]
    assert first["previous"] is third["next"] is None
    assert first["next"].startswith("http://north.test/v1/")


@LISTS
def test_who_is_registered_meanwhile_does_not_shift_the_pages(service: Rest, path: str, make: Any) -> None:
    people = [str(make(f"Person {number}").person_id) for number in range(3)]
    first = service.get(f"{path}?limit=2").json()
    people.append(str(make("Late Person").person_id))

    second = service.get(_follow(first["next"])).json()

    assert _ids(first) + _ids(second) == people


@LISTS
def test_a_walk_through_pages_that_move_meets_everybody_who_stays_once(service: Rest, path: str, make: Any) -> None:
    people = [make(f"Person {number}") for number in range(7)]
    seen, link = [], f"{path}?limit=2"
    while link:
        page = service.get(_follow(link)).json()
        seen += _ids(page)
        link = page["next"]
        # Before the next page: somebody of this one leaves, somebody of the next one, and somebody comes.
        if len(seen) == 2:
            for gone in (people[1], people[2]):
                gone.brands.clear()
            people.append(make("Late Person"))

    stayed = [str(one.person_id) for one in people if one not in {people[1], people[2]}]
    assert seen == [str(people[0].person_id), str(people[1].person_id), *stayed[1:]]


@LISTS
def test_a_cursor_of_another_tenant_is_refused_by_name(service: Rest, south: Any, path: str, make: Any) -> None:
    for number in range(3):
        make(f"North {number}")
    cursor = urlsplit(service.get(f"{path}?limit=1").json()["next"]).query
    assert service.get(f"{path}?{cursor}").status_code == 200
    with use(south):
        token = cast.make_token()

    answer = Rest(south, token).get(f"{path}?{cursor}")

    assert_problem(answer, status=400, code="validation_error")
    assert list(answer.json()["errors"]) == ["cursor"]


@LISTS
def test_only_people_of_the_current_brand_are_listed(north: Any, service: Rest, path: str, make: Any) -> None:
    kids = cast.make_brand()
    here, there, both = make("Here Person"), make("There Person", brand=kids), make("Both Persons")
    both.brands.add(kids)

    assert _ids(service.get(path).json()) == [str(here.person_id), str(both.person_id)]
    of_kids = Rest(north, cast.make_token(brand=kids)).get(path).json()
    assert _ids(of_kids) == [str(there.person_id), str(both.person_id)]


@LISTS
def test_a_person_is_found_by_address_in_any_case(service: Rest, path: str, make: Any) -> None:
    wanted = make("Wanted Person")
    make("Other Person")

    assert _ids(service.get(f"{path}?email={wanted.person.email.upper()}").json()) == [str(wanted.person_id)]
    assert _ids(service.get(f"{path}?email=nobody@example.com").json()) == []


@LISTS
def test_an_address_in_another_brand_is_not_found(service: Rest, path: str, make: Any) -> None:
    stranger = make("Kim Person", brand=cast.make_brand())

    assert _ids(service.get(f"{path}?email={stranger.person.email}").json()) == []


@LISTS
@pytest.mark.parametrize("limit", ["0", "-1", "201", "many", "1.5", "", "%00"])
def test_a_limit_that_cannot_be_is_refused_by_name(service: Rest, path: str, make: Any, limit: str) -> None:
    answer = service.get(f"{path}?limit={limit}")

    assert_problem(answer, status=400, code="validation_error")
    assert list(answer.json()["errors"]) == ["limit"]


def _cursor(text: str) -> str:
    return quote(base64.b64encode(text.encode()).decode())


@LISTS
@pytest.mark.parametrize(
    "cursor",
    [
        "garbage",
        "%ff",
        _cursor("p=abc"),
        _cursor("p=\0"),
        _cursor("p=1.5"),
        _cursor(f"p={2**70}"),
        _cursor("o=x"),
        _cursor("o=-1"),
    ],
)
def test_a_cursor_of_ones_own_making_is_refused_by_name(service: Rest, path: str, make: Any, cursor: str) -> None:
    make("Some Person")

    answer = service.get(f"{path}?cursor={cursor}")

    assert_problem(answer, status=400, code="validation_error")
    assert list(answer.json()["errors"]) == ["cursor"]


@LISTS
def test_an_address_with_a_nul_is_refused_by_name(service: Rest, path: str, make: Any) -> None:
    answer = service.get(f"{path}?email=%00")

    assert_problem(answer, status=400, code="validation_error")
    assert list(answer.json()["errors"]) == ["email"]


@LISTS
@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(
    service: Rest, path: str, make: Any, number: int, django_assert_num_queries: Any
) -> None:
    for one in range(number):
        make(f"Person {one}")
    service.get(path)

    with django_assert_num_queries(3):
        assert len(service.get(path).json()["data"]) == number
