"""POST /v1/providers/{id}/slots/openings."""

from datetime import time, timedelta
from typing import Any

import pytest

from scheduling.models import StaffMember, WorkingHours
from tests.support import cast, visiting
from tests.support.http import Rest
from visits.models import Slot

# Of when these lines are read: a run may last past midnight.
TEN = cast.tomorrow_at(10, days=2)
DAY = TEN.date()


@pytest.fixture
def path(provider: StaffMember) -> str:
    WorkingHours.objects.bulk_create(
        WorkingHours(resource=provider.resource, weekday=weekday, starts=time(9), ends=time(12))
        for weekday in range(1, 8)
    )
    return f"/v1/providers/{provider.person_id}/slots/openings"


def _order(**changes: Any) -> dict[str, Any]:
    order = {
        "brand_id": str(cast.main_brand().pk),
        "first_day": str(DAY),
        "last_day": str(DAY),
        "duration_minutes": 60,
        **changes,
    }
    return {name: value for name, value in order.items() if value is not None}


def test_the_preview_is_the_answer_that_opening_gives(as_service: Rest, path: str, provider: StaffMember) -> None:
    visiting.make_slot(provider, TEN)

    preview = as_service.post(path, _order(preview=True))
    assert (preview.status_code, Slot.objects.count()) == (200, 1)
    opened = as_service.post(path, _order())

    assert opened.status_code == 200
    assert preview.json() == {
        **opened.json(),
        "preview": True,
        "slots": [{**slot, "id": None} for slot in opened.json()["slots"]],
    }
    assert opened.json()["timezone"] == "UTC"
    assert opened.json()["slots"] == [
        {"id": str(slot.pk), "start_time": f"{DAY}T{hour:02}:00:00Z", "end_time": f"{DAY}T{hour + 1:02}:00:00Z"}
        for hour, slot in zip((9, 11), Slot.objects.exclude(starts_at__hour=10).order_by("starts_at"), strict=True)
    ]
    (left_out,) = opened.json()["left_out"]
    assert left_out == {
        "start_time": f"{DAY}T10:00:00Z",
        "end_time": f"{DAY}T11:00:00Z",
        "reason": "slot_overlap",
        "message": "The provider has an open slot in this time already.",
    }


def test_with_a_gap_weekdays_times_and_a_visit_type(as_provider: Rest, path: str) -> None:
    visiting.make_visit_type("short", duration_minutes=20)
    order = _order(
        duration_minutes=None,
        visit_type="short",
        gap_minutes=10,
        last_day=str(DAY + timedelta(days=6)),
        weekdays=[DAY.isoweekday(), DAY.isoweekday()],
        from_time="10:00",
        to_time="11:00",
    )
    starts = [slot["start_time"] for slot in as_provider.post(path, order).json()["slots"]]
    assert starts == [f"{DAY}T10:00:00Z", f"{DAY}T10:30:00Z"]


def test_the_same_key_opens_once(as_service: Rest, path: str) -> None:
    first, again = (as_service.post(path, _order(), headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (again.status_code, again.content) == (200, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert Slot.objects.count() == 3


@pytest.mark.parametrize("days", [1, 30])
def test_the_number_of_queries_does_not_grow(
    as_service: Rest, path: str, days: int, django_assert_num_queries: Any
) -> None:
    order = _order(last_day=str(DAY + timedelta(days=days - 1)))
    as_service.post(path, _order(preview=True))
    with django_assert_num_queries(13):
        answer = as_service.post(path, order)
    assert len(answer.json()["slots"]) == 3 * days


@pytest.mark.parametrize(
    ("changes", "status", "error", "named"),
    [
        ({"duration_minutes": None}, 400, "validation_error", "duration_minutes"),
        ({"visit_type": "short"}, 400, "validation_error", "duration_minutes"),
        ({"duration_minutes": 4}, 400, "validation_error", "duration_minutes"),
        ({"gap_minutes": -1}, 400, "validation_error", "gap_minutes"),
        ({"gap_minutes": 481}, 400, "validation_error", "gap_minutes"),
        ({"weekdays": []}, 400, "validation_error", "weekdays"),
        ({"weekdays": [8]}, 400, "validation_error", "weekdays"),
        ({"from_time": "9"}, 400, "validation_error", "from_time"),
        ({"last_day": "2030-02-30"}, 400, "validation_error", "last_day"),
        ({"last_day": str(DAY - timedelta(days=1))}, 400, "validation_error", "last_day"),
        ({"first_day": "0001-01-01", "last_day": "0001-01-02"}, 400, "slot_days", "92 days"),
        ({"first_day": "9999-12-31", "last_day": "9999-12-31"}, 400, "slot_days", "92 days"),
        ({"last_day": str(DAY + timedelta(days=92))}, 400, "slot_days", "UTC"),
        ({"duration_minutes": None, "visit_type": "none"}, 404, "visit_type_not_found", "none"),
    ],
)
def test_what_is_refused_and_how(  # noqa: PLR0917 - a table and the fixtures
    as_service: Rest, path: str, changes: dict[str, Any], status: int, error: str, named: str
) -> None:
    answer = as_service.post(path, _order(**changes))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert named in answer.json()["message"]
    assert not Slot.objects.exists()


def test_a_visit_type_shorter_than_any_slot_is_refused(as_service: Rest, path: str) -> None:
    visiting.make_visit_type("tiny", duration_minutes=3)
    answer = as_service.post(path, _order(duration_minutes=None, visit_type="tiny"))
    assert (answer.status_code, answer.json()["error"]) == (400, "slot_length")


def test_who_is_no_provider_of_the_brand_is_404(as_service: Rest, path: str) -> None:
    coach = cast.make_coach("Eve Coach")
    for provider_id in (coach.person_id, "not-an-id"):
        answer = as_service.post(f"/v1/providers/{provider_id}/slots/openings", _order())
        assert (answer.status_code, answer.json()["error"]) == (404, "provider_not_found")
