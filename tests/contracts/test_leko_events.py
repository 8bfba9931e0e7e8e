"""leko.yaml: createEvent, listEvents, and what the platform adds to them."""

from functools import partial
from typing import Any

import pytest

from bookings.models import Event
from scheduling.models import Client, StaffMember
from tests.contracts.schema import assert_in_contract
from tests.support import cast, eventing
from tests.support.http import Rest

create_answer = partial(assert_in_contract, family="leko", operation="createEvent")
list_answer = partial(assert_in_contract, family="leko", operation="listEvents")

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def as_coach(north: Any, coach: StaffMember) -> Rest:
    return Rest(north, cast.make_token(user=cast.make_user(coach)))


@pytest.fixture
def event(coach: StaffMember) -> Event:
    return eventing.make_event(coach, cast.tomorrow_at(20))


def test_create_201(as_coach: Rest, as_service: Rest, coach: StaffMember) -> None:
    bare = eventing.sent_event(coach, cast.tomorrow_at(18))
    create_answer(as_coach.post("/v1/events", bare), status=201)
    slot: dict[str, Any] = {
        "timeSlotId": "0198c0de-7a00-7000-8000-510700000009", "public": False, "level": "Beginner",
        "eligibility": "Women", "addressId": str(eventing.make_address().pk),
    }  # fmt: skip
    full = eventing.sent_event(coach, cast.tomorrow_at(20), **slot)

    answer = as_service.post("/v1/events", full)

    create_answer(answer, status=201)
    said = answer.json()
    assert said["timeslotId"] == slot["timeSlotId"]
    assert full["timeslot"].items() <= said["timeslot"].items()
    assert (said["status"], said["coachId"]) == ("Scheduled", str(coach.person_id))


def test_create_400(as_coach: Rest, coach: StaffMember) -> None:
    wanted = eventing.sent_event(coach, cast.tomorrow_at(18))
    for name in wanted:
        create_answer(as_coach.post("/v1/events", {k: v for k, v in wanted.items() if k != name}), status=400)
    past = eventing.sent_event(coach, cast.tomorrow_at(18, days=-2))
    unknown = {**wanted, "coachId": UNKNOWN}
    as_coach.post("/v1/events", wanted)
    for body in (past, unknown, wanted):
        create_answer(as_coach.post("/v1/events", body), status=400)


def test_create_401_and_403(as_nobody: Rest, as_patient: Rest, of_kids: Rest, coach: StaffMember) -> None:
    wanted = eventing.sent_event(coach, cast.tomorrow_at(18))

    create_answer(as_nobody.post("/v1/events", wanted), status=401)
    create_answer(as_patient.post("/v1/events", wanted), status=403)
    create_answer(of_kids.post("/v1/events", wanted), status=403)


def test_list_200(as_patient: Rest, as_coach: Rest, coach: StaffMember, patient: Client, event: Event) -> None:
    as_coach.patch(
        f"/v1/events/{eventing.make_event(coach, cast.tomorrow_at(22)).pk}/cancel",
        {"userId": str(coach.person_id), "cancellationReasonCode": "NoTime", "cancellationReasonText": "Travel"},
    )
    since, until = event.starts_at.isoformat(), cast.tomorrow_at(23).isoformat()
    query = {"coachId": str(coach.person_id), "startAt": since, "endAt": until}

    answer = as_patient.get("/v1/events?" + "&".join(f"{k}={v.replace('+', '%2B')}" for k, v in query.items()))

    list_answer(answer, status=200)
    stands, canceled = answer.json()
    assert stands["id"] == str(event.pk)
    assert "canceledAt" not in stands
    assert (canceled["status"], canceled["canceledByRole"], canceled["cancellationReasonText"]) == (
        "Canceled", "Coach", "Travel",
    )  # fmt: skip


@pytest.mark.parametrize("query", ["?coachId=x", "?startAt=today", "?endAt=2030-01-01T00:00:00"])
def test_list_400(as_patient: Rest, query: str) -> None:
    answer = as_patient.get(f"/v1/events{query}")

    list_answer(answer, status=400)
    assert query[1:].partition("=")[0] in answer.json()["errors"][0]["message"]


def test_list_401(as_nobody: Rest) -> None:
    list_answer(as_nobody.get("/v1/events"), status=401)


@pytest.mark.parametrize("event_id", [UNKNOWN, "not-an-id", "1"])
def test_an_event_that_is_not_there_is_one_bare_error(as_patient: Rest, event_id: str) -> None:
    for answer in (
        as_patient.get(f"/v1/events/{event_id}"),
        as_patient.patch(f"/v1/events/{event_id}/cancel", {"cancellationReasonCode": "Other"}),
    ):
        assert answer.status_code == 404
        assert set(answer.json()) == {"code", "message", "endpoint", "requestId"}
        assert answer.json()["requestId"] == answer["X-Request-Id"]


@pytest.mark.parametrize("path", ["/v1/events/nothing/here", "/v1/bookings/a/b/c", "/v1/histories/1", "/v1/sports/1"])
def test_an_address_that_is_not_there_is_one_bare_error(as_patient: Rest, path: str) -> None:
    answer = as_patient.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["endpoint"] == path
