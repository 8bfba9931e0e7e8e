"""leko.yaml: what becomes of one booking. getBooking, markBookingAsCompleted, addBookingNote, dismissBooking,
cancelBooking, disputeBooking."""

from functools import partial
from typing import Any

import pytest

from bookings.models import EventBooking
from bookings.rules.event_booking import Role
from bookings.services.cancel_event_booking import cancel_event_booking
from scheduling.models import Client, StaffMember
from tests.contracts.schema import assert_in_contract
from tests.support import cast, eventing
from tests.support.http import Rest

get_answer = partial(assert_in_contract, family="leko", operation="getBooking")
dismiss_answer = partial(assert_in_contract, family="leko", operation="dismissBooking")
cancel_answer = partial(assert_in_contract, family="leko", operation="cancelBooking")
dispute_answer = partial(assert_in_contract, family="leko", operation="disputeBooking")

UNKNOWN = "00000000-0000-4000-8000-000000000000"
# Operation, last word of its address, a body that it is content with.
AFTER = [("markBookingAsCompleted", "completed", {"completed": True}), ("addBookingNote", "note", {"note": "Good."})]
each_after = pytest.mark.parametrize(("operation", "word", "body"), AFTER)


@pytest.fixture
def place(coach: StaffMember, patient: Client) -> EventBooking:
    return eventing.make_place(eventing.make_event(coach, cast.tomorrow_at(18)), patient)


@pytest.fixture
def held(coach: StaffMember, patient: Client) -> EventBooking:
    return eventing.make_held_place(coach, patient)


@pytest.fixture
def canceled(place: EventBooking) -> EventBooking:
    return cancel_event_booking(booking=place, role=Role.ATHLETE, reason_code="NoTime", now=place.created_at)


def _at(booking: EventBooking, word: str = "") -> str:
    return f"/v1/bookings/{booking.pk}{word and f'/{word}'}"


def test_get_200(as_patient: Rest, as_service: Rest, place: EventBooking) -> None:
    for rest in (as_patient, as_service):
        answer = rest.get(_at(place))
        get_answer(answer, status=200)
        assert answer.json()["bookingId"] == str(place.pk)
        assert (answer["ETag"], "Allow" in answer) == ('"1"', True)


def test_get_400_404_and_401(as_patient: Rest, as_nobody: Rest, place: EventBooking) -> None:
    for malformed in ("not-an-id", "1", str(place.pk).replace("-", ""), f"{{{place.pk}}}"):
        answer = as_patient.get(f"/v1/bookings/{malformed}")
        get_answer(answer, status=400)
        assert answer.json()["errors"][0]["message"].startswith("bookingId")
    get_answer(as_patient.get(f"/v1/bookings/{UNKNOWN}"), status=404)
    get_answer(as_nobody.get(_at(place)), status=401)


@each_after
def test_after_200(as_service: Rest, held: EventBooking, operation: str, word: str, body: Any) -> None:
    answer = as_service.patch(_at(held, word), body)

    assert_in_contract(answer, family="leko", operation=operation, status=200)
    assert (answer.json()[word], answer["ETag"]) == (body[word], '"2"')


@each_after
def test_after_400(
    *, as_service: Rest, held: EventBooking, place: EventBooking, operation: str, word: str, body: Any
) -> None:
    for path, sent in (
        (_at(held, word), {}),
        (_at(held, word), {word: {}}),
        (_at(held, word), {word: None}),
        (_at(place, word), body),
        (f"/v1/bookings/not-an-id/{word}", body),
    ):
        assert_in_contract(as_service.patch(path, sent), family="leko", operation=operation, status=400)


@each_after
def test_after_404_401_and_403(
    *, as_service: Rest, as_nobody: Rest, as_patient: Rest, held: EventBooking, operation: str, word: str, body: Any
) -> None:
    check = partial(assert_in_contract, family="leko", operation=operation)

    check(as_service.patch(f"/v1/bookings/{UNKNOWN}/{word}", body), status=404)
    check(as_nobody.patch(_at(held, word), body), status=401)
    check(as_patient.patch(_at(held, word), body), status=403)


def test_dismiss_204(as_patient: Rest, canceled: EventBooking) -> None:
    path = f"{_at(canceled, 'dismiss')}?userId={canceled.client.person_id}"

    dismiss_answer(as_patient.patch(path), status=204)
    dismiss_answer(as_patient.patch(path), status=204)
    whose = canceled.client.person_id
    assert as_patient.get(f"/v1/bookings?userId={whose}").json() == []
    assert len(as_patient.get(f"/v1/bookings?eventId={canceled.event_id}").json()) == 1
    assert len(as_patient.get(f"/v1/bookings/orders?userId={whose}").json()) == 1


def test_dismiss_400_404_and_403(
    as_patient: Rest, as_service: Rest, coach: StaffMember, held: EventBooking, canceled: EventBooking
) -> None:
    whose = f"?userId={held.client.person_id}"
    for path in (_at(held, "dismiss") + whose, _at(canceled, "dismiss"), _at(canceled, "dismiss") + "?userId=x",
                 f"/v1/bookings/1/dismiss{whose}"):  # fmt: skip
        dismiss_answer(as_patient.patch(path), status=400)
    dismiss_answer(as_patient.patch(f"/v1/bookings/{UNKNOWN}/dismiss{whose}"), status=404)
    by_coach = as_service.patch(f"{_at(canceled, 'dismiss')}?userId={coach.person_id}")
    dismiss_answer(by_coach, status=403)
    assert by_coach.json()["errors"][0]["code"] == "owner_only"


@pytest.mark.parametrize("role", ["Athlete", "Coach", "System"])
def test_cancel_204(as_service: Rest, coach: StaffMember, place: EventBooking, role: str) -> None:
    who = {"Athlete": {"userId": str(place.client.person_id)}, "Coach": {"userId": str(coach.person_id)}}
    why = {"cancellationReasonCode": "Other", "cancellationReasonText": "Ill"}

    cancel_answer(as_service.patch(_at(place, "cancel"), {**who.get(role, {"userId": None}), **why}), status=204)

    said = as_service.get(_at(place)).json()
    assert (said["bookingStatus"], said["canceledByRole"], said["cancellationReasonText"]) == ("Canceled", role, "Ill")


def test_cancel_400(as_patient: Rest, held: EventBooking, place: EventBooking) -> None:
    why = {"userId": str(place.client.person_id), "cancellationReasonCode": "NoTime"}
    for path, body in (
        (_at(place, "cancel"), {**why, "cancellationReasonCode": "Rain"}),
        (_at(place, "cancel"), {"userId": why["userId"]}),
        (_at(place, "cancel"), {**why, "userId": "x"}),
        (_at(held, "cancel"), why),
        (f"/v1/bookings/{UNKNOWN}/cancel", why),
        ("/v1/bookings/not-an-id/cancel", why),
    ):
        cancel_answer(as_patient.patch(path, body), status=400)


def test_cancel_401_and_403(as_nobody: Rest, as_patient: Rest, place: EventBooking) -> None:
    cancel_answer(as_nobody.patch(_at(place, "cancel"), {"cancellationReasonCode": "Other"}), status=401)
    cancel_answer(as_patient.patch(_at(place, "cancel"), {"cancellationReasonCode": "Other"}), status=403)


def _dispute(booking: EventBooking, **more: Any) -> dict[str, Any]:
    return {"disputerUserId": str(booking.client.person_id), "reasonId": str(eventing.make_reason().pk), **more}


def test_dispute_200(as_patient: Rest, as_service: Rest, held: EventBooking) -> None:
    answer = as_patient.patch(_at(held, "dispute"), _dispute(held, comment="I waited."))

    dispute_answer(answer, status=200)
    assert answer.json()["booking"]["status"] == "InDispute"
    resolved = as_service.patch(_at(held, "resolve"), {"resolution": "Paid back."})
    get_answer(resolved, status=200)
    assert resolved.json()["bookingStatus"] == "DisputeDone"


def test_dispute_400(as_patient: Rest, held: EventBooking, place: EventBooking) -> None:
    wanted = _dispute(held)
    for path, body in (
        (_at(held, "dispute"), {**wanted, "reasonId": UNKNOWN}),
        (_at(held, "dispute"), {"reasonId": wanted["reasonId"]}),
        (_at(place, "dispute"), wanted),
        (f"/v1/bookings/{UNKNOWN}/dispute", wanted),
    ):
        dispute_answer(as_patient.patch(path, body), status=400)


@pytest.mark.parametrize(
    ("word", "body", "fixture"),
    [("completed", {"completed": True}, "held"), ("note", {"note": "x"}, "held"), ("dismiss", None, "canceled"),
     ("cancel", {"cancellationReasonCode": "Other"}, "place"), ("dispute", None, "held"), ("resolve", None, "disputed"),
     ("accept", None, "pending"), ("reject", None, "pending")],
)  # fmt: skip
def test_a_stale_if_match_is_412_and_changes_nothing(
    *, request: pytest.FixtureRequest, as_service: Rest, coach: StaffMember, word: str, body: Any, fixture: str
) -> None:
    if fixture == "pending":
        event = eventing.make_event(coach, cast.tomorrow_at(18), needs_approval=True)
        booking = eventing.make_place(event, request.getfixturevalue("patient"))
    else:
        booking = request.getfixturevalue("held" if fixture == "disputed" else fixture)
    if fixture == "disputed":
        booking = eventing.make_dispute(booking)
    path = _at(booking, word)
    if word == "dismiss":
        path += f"?userId={booking.client.person_id}"
    sent = {"dispute": _dispute(booking), "resolve": {"resolution": "x"}}.get(word, body)

    answer = as_service.patch(path, sent, if_match='"99"')

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (412, "version_mismatch")
    assert EventBooking.objects.get(pk=booking.pk).version == booking.version
    # Such a client sends no If-Match at all.
    assert as_service.patch(path, sent, if_match=None).status_code in {200, 204}
