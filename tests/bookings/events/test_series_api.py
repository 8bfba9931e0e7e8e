"""POST /v1/events/series: who publishes a series, what is answered, what is refused."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Event, TimeSlot
from scheduling.models import StaffMember
from tests.support import cast
from tests.support.http import Rest

ADDRESS = "/v1/events/series"
SLOT: dict[str, Any] = {
    "startTime": "18:00:00Z",
    "endTime": "19:00:00Z",
    "numberOfParticipants": 8,
    "slotType": "Offline",
    "ageFrom": 18,
    "ageTo": 99,
    "duration": 60,
    "price": 120_000,
    "priceCurrency": "RUB",
    "paymentMethod": "Cash",
}


def _body(coach: StaffMember, rule: str = "FREQ=DAILY;COUNT=3", **more: Any) -> dict[str, Any]:
    return {
        "coachId": str(coach.person_id),
        "startTime": _at(18, 0),
        "endTime": _at(19, 0),
        "timeslot": SLOT,
        "rule": rule,
        **more,
    }


def _at(hour: int, days: int) -> str:
    return cast.tomorrow_at(hour, days=days + 1).isoformat().replace("+00:00", "Z")


def _take_second_day(rest: Rest, coach: StaffMember) -> None:
    single = {**_body(coach), "startTime": _at(18, 1), "endTime": _at(19, 1)}
    assert rest.post("/v1/events", single).status_code == 201


def _codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


def test_a_coach_publishes_a_series(as_coach: Rest, coach: StaffMember) -> None:
    answer = as_coach.post(ADDRESS, _body(coach))

    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert [event["startTime"] for event in said["events"]] == [_at(18, 0), _at(18, 1), _at(18, 2)]
    assert said["skipped"] == []
    assert [event["id"] for event in said["events"]] == [str(event.pk) for event in Event.objects.order_by("date")]
    for event in said["events"]:
        assert as_coach.get(f"/v1/events/{event['id']}").json() == event


def test_a_conflict_lists_every_day_in_the_way(as_coach: Rest, coach: StaffMember) -> None:
    _take_second_day(as_coach, coach)

    answer = as_coach.post(ADDRESS, _body(coach))

    assert answer.status_code == 400
    assert _codes(answer) == ["series_conflict", "coach_busy"]
    assert _at(18, 1) in answer.json()["errors"][1]["message"]
    assert {error["endpoint"] for error in answer.json()["errors"]} == {ADDRESS}
    assert (Event.objects.count(), TimeSlot.objects.count()) == (1, 1)


def test_skip_lists_what_was_left_out(as_coach: Rest, coach: StaffMember) -> None:
    _take_second_day(as_coach, coach)

    answer = as_coach.post(ADDRESS, _body(coach, onConflict="skip"))

    assert answer.status_code == 201
    assert [event["startTime"] for event in answer.json()["events"]] == [_at(18, 0), _at(18, 2)]
    (skipped,) = answer.json()["skipped"]
    assert (skipped["startTime"], skipped["code"]) == (_at(18, 1), "coach_busy")
    assert _at(18, 1) in skipped["message"]


def test_a_preview_publishes_nothing(as_coach: Rest, coach: StaffMember) -> None:
    _take_second_day(as_coach, coach)

    answer = as_coach.post(ADDRESS, _body(coach, preview=True))

    assert answer.status_code == 200
    assert answer.json()["events"] == [
        {"startTime": _at(18, 0), "endTime": _at(19, 0)},
        {"startTime": _at(18, 2), "endTime": _at(19, 2)},
    ]
    assert [one["startTime"] for one in answer.json()["skipped"]] == [_at(18, 1)]
    assert (Event.objects.count(), TimeSlot.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"rule": "FREQ=HOURLY;COUNT=3"}, "validation", "rule: Say how often it repeats: FREQ=DAILY"),
        ({"rule": "FREQ=DAILY"}, "validation", "rule: Say when it ends: COUNT or UNTIL"),
        ({"rule": "FREQ=DAILY;COUNT=3;EXRULE=1"}, "validation", "rule: 'EXRULE'"),
        ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=730"}, "invalid_rule", "No day"),
        ({"rule": "x" * 501}, "validation", "rule"),
        ({"rule": ""}, "validation", "rule"),
        ({"rule": None}, "validation", "rule"),
        ({"rule": 3.5}, "validation", "rule"),
        ({"rule": ["FREQ=DAILY;COUNT=3"]}, "validation", "rule"),
        ({"onConflict": "whatever"}, "validation", "onConflict"),
        ({"preview": "perhaps"}, "validation", "preview"),
        ({"startTime": _at(17, 0)}, "validation", "startTime"),
        ({"coachId": "0198c0de-7a00-7000-8000-000000000000"}, "unknown_coach", "coach"),
    ],
)
def test_what_is_wrong_is_named(as_coach: Rest, coach: StaffMember, more: dict[str, Any], code: str, said: str) -> None:
    answer = as_coach.post(ADDRESS, _body(coach, **{"rule": "FREQ=DAILY;COUNT=3", **more}))

    assert answer.status_code == 400, answer.content
    assert _codes(answer) == [code]
    assert said in answer.json()["errors"][0]["message"]
    assert not Event.objects.exists()


def test_a_series_of_days_past_is_refused_whatever_is_skipped(as_coach: Rest, coach: StaffMember) -> None:
    past = {"startTime": _at(18, -9), "endTime": _at(19, -9), "onConflict": "skip"}

    answer = as_coach.post(ADDRESS, _body(coach, **past))

    assert _codes(answer) == ["series_conflict", "not_in_future", "not_in_future", "not_in_future"]


def test_nobody_publishes_another_coachs_series(as_coach: Rest, as_patient: Rest, north: Any) -> None:
    other = cast.make_coach("Eve Coach")

    for rest in (as_coach, as_patient):
        answer = rest.post(ADDRESS, _body(other))
        assert (answer.status_code, _codes(answer)) == (403, ["foreign_event"])


def test_the_statements_are_as_many_for_one_day_as_for_fifty(as_service: Rest, coach: StaffMember) -> None:
    counts = []
    for number, days in enumerate((1, 1, 50)):
        slot = {**SLOT, "startTime": f"0{number}:00:00Z", "endTime": f"0{number + 1}:00:00Z"}
        body = _body(coach, f"FREQ=DAILY;COUNT={days}", timeslot=slot)
        body |= {"startTime": _at(number, 0), "endTime": _at(number + 1, 0)}
        with CaptureQueriesContext(connection) as queries:
            assert as_service.post(ADDRESS, body).status_code == 201
        counts.append(len(queries))
    assert counts[2] == counts[1] <= 25
