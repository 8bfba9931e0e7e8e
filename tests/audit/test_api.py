"""`GET /v1/audit`: filters, pages, brands and scopes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.scopes import SCOPES
from scheduling.models import Location
from tenants.audit.models import AuditEntry
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def booking(north: Any) -> Any:
    coach = cast.make_coach("Canary Coach")
    cast.make_office_hour(coach)
    return cast.make_booking(coach, cast.make_client("Canary Client"), slot_at=cast.MONDAY.replace(hour=9))


@pytest.fixture
def rest(north: Any) -> Rest:
    return Rest(north, cast.make_token(scopes=["read:audit"]))


def test_a_booking_s_history(rest: Rest, booking: Any) -> None:
    type(booking).objects.update(notes="canary", duration_minutes=45)
    answer = rest.get(f"/v1/audit?subject={booking.pk}")
    assert answer.status_code == 200
    changed, made = answer.json()["data"]
    assert made["operation"] == "insert"
    assert changed == {
        **changed,
        "kind": "coach_booking",
        "object_id": str(booking.pk),
        "subject_kind": "coach_booking",
        "subject_id": str(booking.pk),
        "operation": "update",
        "old": {"duration_minutes": 30},
        "new": {"duration_minutes": 45},
        "request_id": None,
        "brand_id": str(booking.brand_id),
    }
    assert sorted(changed["fields"]) == ["duration_minutes", "notes"]


def test_personal_values_are_not_shown(rest: Rest, booking: Any) -> None:
    type(booking).objects.update(notes="canary", cancel_reason="canary")
    assert "canary" not in rest.get("/v1/audit?limit=200").content.decode().lower()


def test_filters(rest: Rest, booking: Any) -> None:
    def count(query: str) -> int:
        return len(rest.get(f"/v1/audit?limit=200&{query}").json()["data"])

    total = AuditEntry.objects.count()
    actor = AuditEntry.objects.filter(kind="coach_booking")[0].actor
    soon, ago = ((timezone.now() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ") for hours in (1, -1))
    assert count("kind=coach_booking") == 1
    assert count("kind=person") == 2
    assert count(f"actor={actor}") == total - 2, "the brand and a rule of ours were made by a command"
    assert count("actor=command:create_tenant") == 2
    assert count("actor=user:1") == 0
    assert count(f"from={ago}&to={soon}") == total
    assert count(f"from={soon}") == 0
    assert count(f"to={ago}") == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("subject=a%20b", "subject"),
        ("subject=%00", "subject"),
        ("subject=", "subject"),
        ("subject=" + "1" * 65, "subject"),
        ("kind=nonsense", "kind"),
        ("actor=nobody", "actor"),
        ("actor=user:%00", "actor"),
        ("from=yesterday", "from"),
        ("to=2026-11-20T09:00:00", "to"),
        ("from=2026-11-20T09:00:00Z&to=2026-11-20T09:00:00Z", "to"),
        ("limit=0", "limit"),
        ("cursor=nonsense", "cursor"),
    ],
)
def test_a_bad_value_is_refused_by_name(rest: Rest, query: str, field: str) -> None:
    answer = rest.get(f"/v1/audit?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_pages_are_stable_while_entries_are_added(rest: Rest) -> None:
    for number in range(5):
        Location.objects.create(name=f"Place {number}")
    first = rest.get("/v1/audit?kind=location&limit=2").json()
    Location.objects.create(name="Place 5")
    second = rest.get(first["next"].partition("north.test")[2]).json()
    third = rest.get(second["next"].partition("north.test")[2]).json()
    names = [entry["new"]["name"] for page in (first, second, third) for entry in page["data"]]
    assert names == ["Place 4", "Place 3", "Place 2", "Place 1", "Place 0"]
    assert third["next"] is None


def test_an_application_of_a_brand_reads_its_brand_alone(north: Any, booking: Any) -> None:
    kids = cast.make_brand("kids")
    coach = cast.make_coach("Kids Coach", brand=kids)
    office_hour = cast.make_office_hour(coach, brand=kids)
    of_kids = Rest(north, cast.make_token(brand=kids)).get("/v1/audit?limit=200").json()["data"]
    of_main = Rest(north, cast.make_token(brand=cast.main_brand())).get("/v1/audit?limit=200").json()["data"]
    of_all = Rest(north, cast.make_token()).get("/v1/audit?limit=200").json()["data"]

    assert {entry["brand_id"] for entry in of_kids} == {str(kids.pk)}
    assert str(office_hour.pk) in {entry["object_id"] for entry in of_kids}
    assert {entry["brand_id"] for entry in of_main} == {str(cast.main_brand().pk)}
    assert str(booking.pk) in {entry["object_id"] for entry in of_main}
    assert len(of_all) == AuditEntry.objects.count()
    assert None in {entry["brand_id"] for entry in of_all}


def test_on_a_brand_s_host_an_application_of_all_reads_that_brand(north: Any, booking: Any) -> None:
    kids = cast.make_brand("kids")
    host = cast.brand_host(north, kids)
    seen = Rest(north, cast.make_token()).get("/v1/audit", host=host).json()["data"]
    assert {entry["brand_id"] for entry in seen} == {str(kids.pk)}


def test_it_needs_its_own_scope_and_is_for_services(north: Any) -> None:
    others = [scope for scope in SCOPES if scope != "read:audit"]
    assert Rest(north, cast.make_token(scopes=others)).get("/v1/audit").status_code == 403
    user = cast.make_user(cast.make_client())
    assert Rest(north, cast.make_token(user=user)).get("/v1/audit").status_code == 403
    assert Rest(north).get("/v1/audit").status_code == 401


def test_the_list_costs_the_same_for_any_number(rest: Rest) -> None:
    rest.get("/v1/audit")
    costs = []
    for rows in (1, 3):
        while AuditEntry.objects.filter(kind="location").count() < rows:
            Location.objects.create(name="Pier")
        with CaptureQueriesContext(connection) as captured:
            assert len(rest.get("/v1/audit?kind=location").json()["data"]) == rows
        costs.append(len(captured))
    assert costs[0] == costs[1]
