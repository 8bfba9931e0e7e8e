"""/v1/suppressions."""

from typing import Any

import pytest

from notifications.models import Suppression
from tenants.audit.models import AuditEntry, AuditPersonal
from tests.support import cast
from tests.support.http import Rest

PATH = "/v1/suppressions"
NEW = {"channel": "email", "address": " Dora.Doe@Example.com", "scope": "non_essential", "note": "Called."}


@pytest.fixture
def rest(north: Any) -> Rest:
    """An application of the whole tenant."""
    return Rest(north, cast.make_token())


@pytest.fixture
def kids(north: Any) -> Rest:
    """An application of the brand kids."""
    return Rest(north, cast.make_token(brand=cast.make_brand()))


def test_one_is_made_read_and_ended(rest: Rest) -> None:
    made = rest.post(PATH, NEW)

    assert (made.status_code, made["ETag"]) == (201, '"1"')
    body = made.json()
    assert {name: body[name] for name in ("address", "scope", "reason", "brand_id", "note", "ended_at")} == {
        "address": "dora.doe@example.com",
        "scope": "non_essential",
        "reason": "manual",
        "brand_id": None,
        "note": "Called.",
        "ended_at": None,
    }
    where = f"{PATH}/{body['id']}"
    assert rest.get(where).json() == body

    assert rest.delete(where, headers={"If-Match": '"1"'}).status_code == 204
    ended = rest.get(where)
    assert (ended["ETag"], bool(ended.json()["ended_at"])) == ('"2"', True)
    assert rest.delete(where, headers={"If-Match": "*"}).status_code == 204
    assert rest.get(where).json() == ended.json()


def test_ending_wants_the_version_that_was_read(rest: Rest) -> None:
    where = f"{PATH}/{rest.post(PATH, NEW).json()['id']}"

    assert rest.delete(where).json()["code"] == "precondition_required"
    assert rest.delete(where, headers={"If-Match": '"9"'}).json()["code"] == "version_mismatch"
    assert Suppression.objects.active().count() == 1


def test_twice_by_hand_is_refused_until_the_first_has_ended(rest: Rest) -> None:
    first = rest.post(PATH, NEW).json()

    again = rest.post(PATH, {**NEW, "address": "dora.doe@example.com", "scope": "everything"})
    assert (again.status_code, again.json()["code"]) == (409, "already_suppressed")

    rest.delete(f"{PATH}/{first['id']}", headers={"If-Match": "*"})
    assert rest.post(PATH, NEW).status_code == 201


def test_a_number_is_kept_by_its_digits(rest: Rest) -> None:
    made = rest.post(PATH, {"channel": "sms", "address": "0049 30 5550-142"})

    assert (made.json()["address"], made.json()["scope"]) == ("+49305550142", "everything")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "nobody"}, "address"),
        ({"address": ""}, "address"),
        ({"address": "   "}, "address"),
        ({"address": None}, "address"),
        ({"address": "a\0@example.com"}, "address"),
        ({"address": "İ" * 250 + "@e.com"}, "address"),
        ({"address": "x" * 255}, "address"),
        ({"channel": "sms", "address": "+"}, "address"),
        ({"channel": "sms", "address": "1" * 16}, "address"),
        ({"channel": "fax"}, "channel"),
        ({"channel": None}, "channel"),
        ({"scope": "half"}, "scope"),
        ({"brand_id": "main"}, "brand_id"),
        ({"brand_id": "0198c0de-7a00-7000-8000-0c11e0000001"}, "brand_id"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_what_is_wrong_is_named(rest: Rest, wrong: dict[str, Any], field: str) -> None:
    answer = rest.post(PATH, {**NEW, **wrong})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Suppression.objects.exists()


def test_the_list_is_filtered(rest: Rest) -> None:
    brand = cast.main_brand()
    first, second = cast.make_suppression("first"), cast.make_suppression("second", brand=brand)
    rest.post(PATH, {"channel": "sms", "address": "+49 30 5550 142"})
    rest.delete(f"{PATH}/{second.pk}", headers={"If-Match": "*"})

    def found(query: str) -> list[str]:
        return [row["address"] for row in rest.get(f"{PATH}?{query}").json()["data"]]

    number = "+49305550142"
    assert found("") == [first.address, second.address, number]
    assert found("active=true") == [first.address, number]
    assert found("active=false") == [second.address]
    assert found("channel=sms") == [number]
    assert found(f"address={first.address.upper()}") == [first.address]
    assert found("address=0049%20305550142") == [number]
    assert found("reason=manual&limit=1") == [first.address]
    assert found("reason=bounced") == []


@pytest.mark.parametrize("query", ["channel=fax", "reason=x", "active=1", "address=", "active=true&active=false"])
def test_a_wrong_filter_is_named(rest: Rest, query: str) -> None:
    answer = rest.get(f"{PATH}?{query}")

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_rows(rest: Rest, rows: int, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        cast.make_suppression(f"s{number}")
    rest.get(PATH)

    with django_assert_num_queries(3):  # search path, token, rows
        assert len(rest.get(PATH).json()["data"]) == rows


def test_an_application_of_a_brand_has_its_brands_alone(rest: Rest, kids: Rest) -> None:
    everybodys, main = cast.make_suppression("all"), cast.make_suppression("main", brand=cast.main_brand())

    made = kids.post(PATH, NEW)

    assert made.status_code == 201
    own = made.json()["brand_id"]
    assert Suppression.objects.get(pk=made.json()["id"]).brand_id is not None
    assert [row["id"] for row in kids.get(PATH).json()["data"]] == [made.json()["id"]]
    for other in (everybodys, main):
        assert kids.get(f"{PATH}/{other.pk}").status_code == 404
        assert kids.delete(f"{PATH}/{other.pk}", headers={"If-Match": "*"}).status_code == 404
    for brand_id in (None, str(cast.main_brand().pk)):
        answer = kids.post(PATH, {**NEW, "address": "other@example.com", "brand_id": brand_id})
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_brand")
    assert kids.post(PATH, {**NEW, "address": "other@example.com", "brand_id": own}).status_code == 201
    assert rest.get(PATH).json()["data"][-1]["brand_id"] == own


def test_at_a_brands_host_the_tenants_application_speaks_for_that_brand(north: Any, rest: Rest) -> None:
    brand = cast.make_brand()
    host = cast.brand_host(north, brand)
    everybodys = cast.make_suppression("all")

    assert rest.post(PATH, NEW, host=host).json()["brand_id"] == str(brand.pk)
    assert rest.get(f"{PATH}/{everybodys.pk}", host=host).status_code == 404


def test_the_audit_keeps_the_address_apart(rest: Rest) -> None:
    made = rest.post(PATH, NEW).json()
    rest.delete(f"{PATH}/{made['id']}", headers={"If-Match": "*"})

    entries = AuditEntry.objects.filter(subject_kind="suppression", subject_id=made["id"]).order_by("id")
    assert [entry.operation for entry in entries] == ["insert", "update"]
    assert all(entry.actor.startswith("application:") for entry in entries)
    assert "dora" not in str([(entry.old, entry.new) for entry in entries])
    kept: Any = AuditPersonal.objects.get(entry=entries[0])
    assert (kept.owner, kept.new["address"]) == (f"suppression:{made['id']}", "dora.doe@example.com")
