"""The REST endpoints of visits beyond the contract: lists, pages, steps, fees, holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scheduling.models import Client, Service, StaffMember
from scheduling.offers import offers_of
from scheduling.public import Period
from scheduling.services.hold_time import hold_time
from tests.support import cast, visiting
from tests.support.http import Rest
from visits.models import Visit


@pytest.fixture
def path(north: Any) -> str:
    return f"/v1/visits?brand_id={cast.main_brand().pk}"


def _visit(provider: StaffMember, patient: Client, service: Service, *, hour: int, days: int = 1, **more: Any) -> Visit:
    slot = visiting.make_slot(provider, cast.tomorrow_at(hour, days=days))
    return visiting.make_visit(slot, patient, service, **more)


def _ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [visit["id"] for visit in answer.json()["visits"]]


def test_a_list_is_filtered_and_has_the_latest_first(
    as_service: Rest, path: str, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    other, carol = visiting.make_provider("Eve Other"), cast.make_client("Carol Client")
    early = _visit(provider, patient, first_talk, hour=9)
    late = _visit(other, carol, first_talk, hour=11)
    middle = _visit(provider, carol, first_talk, hour=10)
    as_service.post(f"/v1/visits/{middle.pk}/cancel")
    at = {hour: cast.tomorrow_at(hour).strftime("%Y-%m-%dT%H:%M:%SZ") for hour in (9, 10, 11)}

    for query, found in (
        ("", [late, middle, early]),
        (f"&patient_id={carol.person_id}", [late, middle]),
        (f"&provider_id={provider.person_id}", [middle, early]),
        ("&status=cancelled", [middle]),
        (f"&from={at[10]}", [late, middle]),
        (f"&to={at[11]}", [middle, early]),
        (f"&from={at[10]}&to={at[11]}&status=scheduled", []),
    ):
        assert _ids(as_service.get(path + query)) == [str(visit.pk) for visit in found], query


@pytest.mark.parametrize("query", ["status=gone", "from=x", "to=2030-01-01", "provider_id=x", "limit=0", "cursor=x"])
def test_a_wrong_filter_is_named(as_service: Rest, path: str, query: str) -> None:
    answer = as_service.get(f"{path}&{query}")

    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert query.partition("=")[0] in answer.json()["message"]


def test_only_who_asks_for_pages_gets_them(
    as_service: Rest, path: str, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    visits = [_visit(provider, patient, first_talk, hour=hour) for hour in (9, 10, 11)]

    whole, page = as_service.get(path), as_service.get(f"{path}&limit=2")
    rest = as_service.get(page.json()["next"])

    assert set(whole.json()) == {"visits"}
    assert len(_ids(whole)) == 3
    assert _ids(page) + _ids(rest) == [str(visit.pk) for visit in reversed(visits)]
    assert (page.json()["previous"], rest.json()["next"]) == (None, None)


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(  # noqa: PLR0917 - a table and the fixtures
    as_service: Rest, path: str, provider: StaffMember, first_talk: Service, number: int, django_assert_num_queries: Any
) -> None:
    for one in range(number):
        _visit(provider, cast.make_client(f"Client{one}"), first_talk, hour=9 + one)
    as_service.get(path)
    for query in ("", "&limit=10"):
        with django_assert_num_queries(3):
            assert len(_ids(as_service.get(path + query))) == number


def test_a_provider_sees_their_own_and_looks_for_a_patient_among_them(
    as_provider: Rest, path: str, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    carol = cast.make_client("Carol Client")
    own = _visit(provider, carol, first_talk, hour=9)
    _visit(visiting.make_provider("Eve Other"), carol, first_talk, hour=10)

    assert _ids(as_provider.get(path)) == [str(own.pk)]
    assert _ids(as_provider.get(f"{path}&patient_id={carol.person_id}")) == [str(own.pk)]
    assert _ids(as_provider.get(f"{path}&patient_id={patient.person_id}")) == []


def test_a_user_who_is_nobody_here_sees_nothing(
    north: Any, path: str, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    from accounts.models import User

    _visit(provider, patient, first_talk, hour=9)
    nobody = Rest(north, cast.make_token(user=User.objects.create_user("x@example.com", "a password")))

    assert _ids(nobody.get(path)) == []


def test_a_visit_is_read_with_its_time_and_version(
    as_patient: Rest, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    visit = _visit(provider, patient, first_talk, hour=9)

    answer = as_patient.get(f"/v1/visits/{visit.pk}")

    assert (answer.status_code, answer["ETag"]) == (200, '"1"')
    assert answer.json()["start_time"] == visit.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert answer.json()["end_time"] == visit.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    again = as_patient.get(f"/v1/visits/{visit.pk}", headers={"If-None-Match": '"1"'})
    assert (again.status_code, again.content) == (304, b"")


def test_the_fee_is_told_before_it_is_owed(
    as_patient: Rest, as_provider: Rest, provider: StaffMember, patient: Client
) -> None:
    service = visiting.make_visit_type(cancel_notice_minutes=60 * 24 * 90, cancel_fee_percent=50, price_minor=9001)
    visit = _visit(provider, patient, service, hour=9)
    path = f"/v1/visits/{visit.pk}/cancellation"

    told = as_patient.get(path).json()

    assert told == {
        "can_be_cancelled": True,
        "free_until": (visit.starts_at - timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fee_minor": 4501,
        "price_minor": 9001,
        "currency": "EUR",
    }
    assert as_provider.get(path).json()["fee_minor"] == 0
    as_patient.post(f"/v1/visits/{visit.pk}/cancel")
    assert Visit.objects.get().cancel_fee_minor == 4501
    assert as_patient.get(f"/v1/visits/{visit.pk}").json()["cancel_fee_minor"] == 4501
    assert as_patient.get(path).json()["can_be_cancelled"] is False


def test_staff_takes_a_visit_through_its_day(
    as_provider: Rest, as_patient: Rest, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    visit = _visit(provider, patient, first_talk, hour=0, days=0)

    def step(name: str, rest: Rest = as_provider, *, version: str = "*") -> tuple[int, str]:
        answer = rest.request("POST", f"/v1/visits/{visit.pk}/{name}", headers={"If-Match": version})
        return answer.status_code, answer.json().get("status") or answer.json()["error"]

    assert step("check-in", as_patient) == (403, "not_the_provider")
    assert step("check-in") == (200, "checked_in")
    assert step("check-in") == (412, "visit_step_forbidden")
    assert step("undo") == (200, "scheduled")
    assert step("undo") == (412, "visit_step_forbidden")
    assert step("no-show") == (200, "no_show")
    assert step("undo") == (200, "scheduled")
    assert step("start", version='"1"') == (412, "version_mismatch")
    assert step("start", version='"5"') == (200, "in_progress")
    assert step("complete") == (200, "completed")
    assert step("cancel") == (412, "visit_not_cancellable")
    refused = as_provider.post(f"/v1/visits/{visit.pk}/no-show").json()
    assert "completed" in refused["message"]


def test_it_is_too_early_to_say_that_nobody_came(
    as_provider: Rest, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    visit = _visit(provider, patient, first_talk, hour=9, days=3)
    answer = as_provider.post(f"/v1/visits/{visit.pk}/no-show")
    assert (answer.status_code, answer.json()["error"]) == (412, "visit_step_too_early")
    assert "scheduled" in answer.json()["message"]


def test_without_a_slot_somebody_free_is_booked(
    as_patient: Rest, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    wanted = {
        "brand_id": str(cast.main_brand().pk), "patient_id": str(patient.person_id), "visit_type": "first-talk",
        "start_time": cast.tomorrow_at(9).isoformat(),
    }  # fmt: skip
    for name in ("Eve Other", None):
        visiting.make_slot(visiting.make_provider(name) if name else provider, cast.tomorrow_at(9))

    answers = [as_patient.post("/v1/visits", wanted) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert len({answer.json()["provider_id"] for answer in answers[:2]}) == 2
    assert answers[2].json()["error"] == "busy"


@pytest.mark.parametrize("more", [{}, {"slot_id": "00000000-0000-4000-8000-000000000000", "start_time": "x"}])
def test_either_a_slot_or_a_start_is_named(as_patient: Rest, patient: Client, more: dict[str, str]) -> None:
    if more:
        more = {**more, "start_time": cast.tomorrow_at(9).isoformat()}
    wanted = {"brand_id": str(cast.main_brand().pk), "patient_id": str(patient.person_id), "visit_type": "x", **more}

    answer = as_patient.post("/v1/visits", wanted)

    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert "slot_id" in answer.json()["message"]


def test_held_time_is_booked_by_its_holder_alone(
    north: Any, as_patient: Rest, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    start, brand = cast.tomorrow_at(9), cast.main_brand()
    slot = visiting.make_slot(provider, start)
    within = Period(start, start + timedelta(minutes=1))
    offers = offers_of(service_id=first_talk.pk, brand_id=brand.pk, staff_ids=None, within=within) or []
    hold = hold_time(
        offers=offers, brand_id=brand.pk, start=start, holder=f"person:{patient.person_id}", places=3,
        lasts=timedelta(minutes=10), now=datetime.now(tz=UTC),
    )  # fmt: skip
    carol = cast.make_client("Carol Client")
    as_carol = Rest(north, cast.make_token(user=cast.make_user(carol)))
    wanted = {"brand_id": str(brand.pk), "slot_id": str(slot.pk), "visit_type": "first-talk"}
    bobs, carols = {"patient_id": str(patient.person_id)}, {"patient_id": str(carol.person_id)}

    assert as_carol.post("/v1/visits", {**wanted, **carols}).json()["error"] == "provider_busy"
    stolen = as_carol.post("/v1/visits", {**wanted, **carols, "hold_id": str(hold.pk)})
    assert (stolen.status_code, stolen.json()["error"]) == (404, "hold_not_found")
    booked = as_patient.post("/v1/visits", {**wanted, **bobs, "hold_id": str(hold.pk)})
    assert booked.status_code == 201, booked.content


def test_a_repeated_booking_is_answered_as_the_first(
    as_patient: Rest, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    slot = visiting.make_slot(provider, cast.tomorrow_at(9))
    wanted = {
        "brand_id": str(slot.brand_id), "patient_id": str(patient.person_id), "slot_id": str(slot.pk),
        "visit_type": "first-talk",
    }  # fmt: skip
    first, second = (as_patient.post("/v1/visits", wanted, headers={"Idempotency-Key": "once"}) for _ in range(2))

    assert (first.status_code, second.content, second["Idempotent-Replayed"]) == (201, first.content, "true")
    assert Visit.objects.count() == 1
