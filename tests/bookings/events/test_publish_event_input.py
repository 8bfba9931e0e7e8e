"""POST /v1/events (leko.yaml): what the body may hold, and how times of day and instants must fit."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bookings.models import Event, Sport, TimeSlot
from scheduling.models import Reservation, StaffMember
from tests.bookings.events.refusals import assert_names, assert_refused, code_of
from tests.support import cast, eventing
from tests.support.http import Rest

UNKNOWN = "00000000-0000-4000-8000-000000000000"
WRONG_IN_SLOT: dict[str, list[Any]] = {
    "timeSlotId": ["x", 5],
    "startTime": ["18:00", "18:00:30+00:00", "25:00:00Z", "18:00:00+25:00", "2030-01-08T10:00:00Z", 5, None],
    "endTime": ["19:00", "", None],
    "numberOfParticipants": [0, -1, "x", 1.5, 2**40, None],
    "slotType": ["Hybrid", "offline", None],
    "ageFrom": [17, 100, "x", None],
    "ageTo": [17, 100, None],
    "duration": [14, 61, 1441, "x", None],
    "price": [-1, 1.5, 10**13, "x", None],
    "priceCurrency": ["USD", "rub", None],
    "paymentMethod": ["Card", None],
    "addressId": ["x", 5],
    "public": ["perhaps", 2],
    "level": ["Expert", None],
    "eligibility": ["Children", None],
    "sportId": ["x", 5],
    "requiresApproval": ["perhaps", 2],
}
WRONG: dict[str, list[Any]] = {
    "coachId": ["x", 5, None],
    "startTime": ["2030-01-08T10:00:00", "2030-01-08", "10:00:00Z", "1899-01-01T00:00:00Z", 5, None],
    "endTime": ["2030-01-08T11:00:00", None],
    "timeslot": [[], "x", None],
}


@pytest.fixture
def berlin(north: Any) -> StaffMember:
    return cast.make_coach("Bea Coach", timezone="Europe/Berlin")


def _sent(coach: StaffMember, starts: str, ends: str, *, minutes: int, **slot: Any) -> dict[str, Any]:
    """With wall times as they are written: `2030-07-01T18:00:00+02:00`."""
    body = eventing.sent_event(coach, eventing.at(8, 10), minutes=minutes)
    body |= {"startTime": starts, "endTime": ends}
    body["timeslot"] |= {"startTime": starts[11:], "endTime": ends[11:], **slot}
    return body


@pytest.mark.parametrize("field", WRONG_IN_SLOT)
def test_a_wrong_field_of_the_time_slot_is_named(as_ada: Rest, ada: StaffMember, field: str) -> None:
    for value in WRONG_IN_SLOT[field]:
        answer = as_ada.post("/v1/events", eventing.sent_event(ada, eventing.at(8, 18), **{field: value}))
        assert_names(answer, f"timeslot.{field}")


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_of_the_event_is_named(as_ada: Rest, ada: StaffMember, field: str) -> None:
    for value in WRONG[field]:
        answer = as_ada.post("/v1/events", {**eventing.sent_event(ada, eventing.at(8, 18)), field: value})
        assert code_of(answer) == (400, "validation"), value
        assert answer.json()["errors"][0]["message"].startswith(field)


def test_ages_are_in_order(as_ada: Rest, ada: StaffMember) -> None:
    answer = as_ada.post("/v1/events", eventing.sent_event(ada, eventing.at(8, 18), ageFrom=40, ageTo=39))

    assert_names(answer, "timeslot.ageTo")


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2030-07-01T18:00:00+01:00", "2030-07-01T19:00:00+01:00"),
        ("2030-01-08T18:00:00+02:00", "2030-01-08T19:00:00+02:00"),
        ("2030-01-08T17:00:00Z", "2030-01-08T18:00:00Z"),
        # The second of two: the first is meant.
        ("2030-10-27T02:30:00+01:00", "2030-10-27T03:30:00+01:00"),
    ],
)
def test_an_offset_that_is_not_the_zones_on_that_date_is_refused(
    as_service: Rest, berlin: StaffMember, starts: str, ends: str
) -> None:
    answer = as_service.post("/v1/events", _sent(berlin, starts, ends, minutes=60))

    assert_names(answer, "timeslot.startTime")
    assert "Europe/Berlin" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("field", ["startTime", "endTime"])
def test_an_instant_that_is_not_the_slots_is_refused(as_ada: Rest, ada: StaffMember, field: str) -> None:
    body = {**eventing.sent_event(ada, eventing.at(8, 18)), field: "2030-01-08T18:30:00Z"}

    assert_names(as_ada.post("/v1/events", body), field)


@pytest.mark.parametrize(
    ("starts", "ends", "minutes", "lasts"),
    [
        ("2030-01-08T23:30:00+01:00", "2030-01-09T00:30:00+01:00", 60, 60),
        # In the night in which the clocks go forward, and in that in which they go back.
        ("2030-03-31T01:30:00+01:00", "2030-03-31T03:30:00+02:00", 120, 60),
        ("2030-03-31T02:30:00+01:00", "2030-03-31T04:00:00+02:00", 90, 30),
        ("2030-10-27T01:30:00+02:00", "2030-10-27T03:30:00+01:00", 120, 180),
        ("2030-10-26T23:00:00+02:00", "2030-10-27T04:00:00+01:00", 300, 360),
    ],
)
def test_what_crosses_midnight_or_a_change_of_clocks_keeps_its_wall_time(  # noqa: PLR0917
    as_service: Rest, berlin: StaffMember, starts: str, ends: str, minutes: int, lasts: int
) -> None:
    body = _sent(berlin, starts, ends, minutes=minutes)

    answer = as_service.post("/v1/events", body)

    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert [said["timeslot"][name] for name in ("startTime", "endTime", "duration")] == [
        starts[11:], ends[11:], minutes,
    ]  # fmt: skip
    event = Event.objects.get()
    assert (event.ends_at - event.starts_at).total_seconds() == lasts * 60
    assert event.starts_at == datetime.fromisoformat(starts).astimezone(UTC)
    assert Reservation.objects.get(subject_id=event.pk).during.lower == event.starts_at


def test_hours_that_the_clocks_skip_are_refused(as_service: Rest, berlin: StaffMember) -> None:
    body = _sent(berlin, "2030-03-31T02:15:00+01:00", "2030-03-31T03:15:00+02:00", minutes=60)

    assert_refused(as_service.post("/v1/events", body), "no_such_hours", "2030-03-31")


def test_what_has_begun_can_not_be_published(as_ada: Rest, ada: StaffMember) -> None:
    body = eventing.sent_event(ada, cast.tomorrow_at(10, days=-1))

    assert_refused(as_ada.post("/v1/events", body), "not_in_future")


def test_what_it_refers_to_must_be_there(as_service: Rest, ada: StaffMember) -> None:
    retired = Sport.objects.create(name="Sack race", is_active=False)
    unknown: list[tuple[dict[str, Any], str]] = [
        ({"sportId": UNKNOWN}, "unknown_sport"),
        ({"sportId": str(retired.pk)}, "unknown_sport"),
        ({"addressId": UNKNOWN}, "unknown_address"),
    ]
    for slot, code in unknown:
        answer = as_service.post("/v1/events", eventing.sent_event(ada, eventing.at(8, 18), **slot))
        assert_refused(answer, code, *slot.values())
    nobody = {**eventing.sent_event(ada, eventing.at(8, 18)), "coachId": UNKNOWN}
    assert_refused(as_service.post("/v1/events", nobody), "unknown_coach", UNKNOWN)
    bob = {**nobody, "coachId": str(cast.make_client().person_id)}
    assert_refused(as_service.post("/v1/events", bob), "unknown_coach")
    ina = cast.make_coach("Ina Coach", brand=cast.make_brand())
    foreign = as_service.post("/v1/events", eventing.sent_event(ina, eventing.at(8, 18)))
    assert code_of(foreign) == (403, "coach_outside_brand")
    assert not TimeSlot.objects.exists()


def test_a_coach_who_is_busy_is_not_published(as_ada: Rest, ada: StaffMember) -> None:
    cast.make_office_hour(ada)
    cast.make_booking(ada, cast.make_client(), slot_at=cast.tomorrow_at(9))
    assert as_ada.post("/v1/events", eventing.sent_event(ada, cast.tomorrow_at(12))).status_code == 201
    for starts_at in (cast.tomorrow_at(8, 30), cast.tomorrow_at(11, 30), cast.tomorrow_at(12, 30)):
        assert_refused(as_ada.post("/v1/events", eventing.sent_event(ada, starts_at)), "coach_busy")
    assert (Event.objects.count(), TimeSlot.objects.count()) == (1, 1)
    # Touching is no overlap.
    assert as_ada.post("/v1/events", eventing.sent_event(ada, cast.tomorrow_at(13))).status_code == 201


def test_a_time_slot_has_events_on_many_dates_and_is_always_sent_as_it_is(as_service: Rest, ada: StaffMember) -> None:
    known = as_service.post("/v1/events", eventing.sent_event(ada, eventing.at(8, 18))).json()["timeslotId"]
    again = as_service.post("/v1/events", eventing.sent_event(ada, eventing.at(9, 18), timeSlotId=known))

    assert (again.status_code, again.json()["timeslotId"]) == (201, known)
    eve = cast.make_coach("Eve Coach")
    for body in (
        eventing.sent_event(ada, eventing.at(10, 18), timeSlotId=known, price=1),
        eventing.sent_event(ada, eventing.at(10, 18), timeSlotId=known, public=False),
        eventing.sent_event(ada, eventing.at(10, 19), timeSlotId=known),
        eventing.sent_event(eve, eventing.at(10, 18), timeSlotId=known),
    ):
        assert_refused(as_service.post("/v1/events", body), "timeslot_differs", known)
    kids = cast.make_brand()
    ina = cast.make_coach("Ina Coach", brand=kids)
    foreign = eventing.make_event(ina, eventing.at(8, 18), brand=kids).time_slot_id
    body = eventing.sent_event(ada, eventing.at(10, 18), timeSlotId=str(foreign))
    assert_refused(as_service.post("/v1/events", body), "timeslot_differs")
    assert Event.objects.filter(coach=ada).count() == 2


def test_a_date_is_free_again_when_its_event_was_canceled(as_ada: Rest, ada: StaffMember) -> None:
    first = as_ada.post("/v1/events", eventing.sent_event(ada, eventing.at(8, 18))).json()
    again = eventing.sent_event(ada, eventing.at(8, 18), timeSlotId=first["timeslotId"])
    assert_refused(as_ada.post("/v1/events", again), "coach_busy")
    why = {"userId": str(ada.person_id), "cancellationReasonCode": "NoTime"}
    canceled = as_ada.patch(f"/v1/events/{first['id']}/cancel", why)
    assert (canceled.status_code, canceled.json()["status"]) == (200, "Canceled")

    assert as_ada.post("/v1/events", again).status_code == 201
