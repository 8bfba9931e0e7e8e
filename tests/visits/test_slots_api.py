"""The REST endpoints of slots beyond the contract: windows, visit types, closing."""

from datetime import timedelta
from typing import Any

import pytest

from scheduling.models import Client, Service, StaffMember
from tests.support import cast, visiting
from tests.support.http import Rest
from visits.models import Slot


@pytest.fixture
def path(provider: StaffMember) -> str:
    return f"/v1/providers/{provider.person_id}/slots"


def _starts(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [slot["start_time"][11:16] for slot in answer.json()["slots"]]


def _at(hour: int) -> str:
    return cast.tomorrow_at(hour).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_window_is_half_open_and_begins_now_by_default(as_patient: Rest, path: str, provider: StaffMember) -> None:
    for hour in (9, 10, 11):
        visiting.make_slot(provider, cast.tomorrow_at(hour))
    visiting.make_slot(provider, cast.tomorrow_at(9, days=-1))
    visiting.make_slot(provider, cast.tomorrow_at(9, days=120))

    assert _starts(as_patient.get(path)) == ["09:00", "10:00", "11:00"]
    assert _starts(as_patient.get(f"{path}?from={_at(10)}")) == ["10:00", "11:00"]
    assert _starts(as_patient.get(f"{path}?from={_at(9)}&to={_at(11)}")) == ["09:00", "10:00"]


@pytest.mark.parametrize("hours", [0, -1, 93 * 24])
def test_a_window_has_an_end_after_its_start_and_not_too_far(as_patient: Rest, path: str, hours: int) -> None:
    end = (cast.tomorrow_at(9) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = as_patient.get(f"{path}?from={_at(9)}&to={end}")
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert "to" in answer.json()["message"]


def test_slots_are_listed_for_a_visit_type(as_patient: Rest, path: str, provider: StaffMember) -> None:
    visiting.make_visit_type("long", duration_minutes=60)
    visiting.make_slot(provider, cast.tomorrow_at(9))
    visiting.make_slot(provider, cast.tomorrow_at(10), minutes=60)

    assert _starts(as_patient.get(f"{path}?visit_type=long")) == ["10:00"]
    unknown = as_patient.get(f"{path}?visit_type=short")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "visit_type_not_found")


def test_a_slot_that_became_busy_elsewhere_is_not_offered(
    as_patient: Rest, path: str, provider: StaffMember, patient: Client
) -> None:
    for hour in (9, 10):
        visiting.make_slot(provider, cast.tomorrow_at(hour))
    cast.make_office_hour(provider)
    cast.make_booking(provider, patient, slot_at=cast.tomorrow_at(9))

    assert _starts(as_patient.get(path)) == ["10:00"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(  # noqa: PLR0917 - a table and the fixtures
    as_service: Rest, path: str, provider: StaffMember, first_talk: Service, number: int, django_assert_num_queries: Any
) -> None:
    for one in range(number):
        slot = visiting.make_slot(provider, cast.tomorrow_at(9 + one))
        visiting.make_visit(slot, cast.make_client(f"Client{one}"), first_talk)
    as_service.get(path)
    with django_assert_num_queries(5):
        assert len(_starts(as_service.get(path))) == number


def test_a_provider_opens_and_closes_their_own_slots(as_provider: Rest, path: str, provider: StaffMember) -> None:
    body = {"brand_id": str(cast.main_brand().pk), "start_time": _at(9), "end_time": _at(10)}
    opened = as_provider.post(path, body)
    assert (opened.status_code, opened.json()["start_time"], opened.json()["end_time"]) == (201, _at(9), _at(10))

    closed = as_provider.delete(f"{path}/{opened.json()['id']}")

    assert (closed.status_code, closed.json()) == (200, opened.json())
    assert _starts(as_provider.get(path)) == []
    for slot_id in (opened.json()["id"], "not-an-id"):
        again = as_provider.delete(f"{path}/{slot_id}")
        assert (again.status_code, again.json()["error"]) == (404, "slot_not_found")


def test_a_booked_slot_is_not_closed(
    as_provider: Rest, path: str, provider: StaffMember, patient: Client, first_talk: Service
) -> None:
    slot = visiting.make_slot(provider, cast.tomorrow_at(9))
    visiting.make_visit(slot, patient, first_talk)

    answer = as_provider.delete(f"{path}/{slot.pk}")

    assert (answer.status_code, answer.json()["error"]) == (409, "slot_booked")
    assert Slot.objects.get().closed_at is None


def test_nobody_closes_another_providers_slot(as_service: Rest, path: str) -> None:
    slot = visiting.make_slot(visiting.make_provider("Eve Other"), cast.tomorrow_at(9))
    answer = as_service.delete(f"{path}/{slot.pk}")
    assert (answer.status_code, answer.json()["error"]) == (404, "slot_not_found")
