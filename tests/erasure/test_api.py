"""GET and DELETE /v1/bookings/user-data: who may, and what they are answered."""

from typing import Any

import pytest
from icalendar import Calendar

from accounts.models import User
from scheduling.models import Client, Erasure, Person, StaffMember
from tests.erasure import world
from tests.support import cast
from tests.support.http import Rest

PATH = "/v1/bookings/user-data"


@pytest.fixture
def client(north: Any) -> Client:
    return cast.make_client()


@pytest.fixture
def coach(north: Any) -> StaffMember:
    return cast.make_coach()


def _as(person: Client | StaffMember) -> dict[str, str]:
    return {"X-Current-User-Id": str(person.person_id)}


def _error(answer: Any) -> tuple[int, str, str]:
    body = answer.json()
    error = body if answer.status_code == 404 else body["errors"][0]
    return answer.status_code, error["code"], error["message"]


def test_somebody_erases_themselves_and_is_signed_out(north: Any, client: Client) -> None:
    rest = Rest(north, cast.make_token(user=cast.make_user(client)), **_as(client))

    answer = rest.delete(PATH)

    assert (answer.status_code, answer.content) == (204, b"")
    assert Person.objects.get(pk=client.person_id).erased_at is not None
    assert not User.objects.exists()
    assert rest.delete(PATH).status_code == 401
    receipt = Erasure.objects.get()
    assert (receipt.by.partition(":")[0], receipt.for_person) == ("user", client.person_id)


def test_nobody_erases_somebody_else_with_their_own_token(north: Any, client: Client, coach: StaffMember) -> None:
    rest = Rest(north, cast.make_token(user=cast.make_user(client)), **_as(client))

    for method in ("GET", "DELETE"):
        assert _error(rest.request(method, f"{PATH}?userId={coach.person_id}"))[:2] == (403, "acting_for_another")
    assert not Erasure.objects.exists()


def test_a_service_erases_another_person_with_its_scope_alone(north: Any, client: Client, coach: StaffMember) -> None:
    path = f"{PATH}?userId={coach.person_id}"
    weak = Rest(north, cast.make_token(scopes=["manage:own-data", "act-as"]), **_as(client))
    assert _error(weak.delete(path))[:2] == (403, "insufficient_scope")
    assert "erase:persons" in _error(weak.delete(path))[2]

    strong = Rest(north, cast.make_token(scopes=["erase:persons", "act-as"]), **_as(client))
    assert strong.delete(path).status_code == 204

    receipt = Erasure.objects.get()
    assert (receipt.person_id, receipt.for_person) == (coach.person_id, client.person_id)
    assert receipt.by.startswith("application:")


def test_again_is_204_and_unknown_is_404(north: Any, client: Client) -> None:
    rest = Rest(north, cast.make_token(), **_as(client))
    assert [rest.delete(PATH).status_code for _ in range(2)] == [204, 204]
    unknown = rest.delete(f"{PATH}?userId=0198c0de-7a00-7000-8000-0c11e0000001")

    assert _error(unknown)[:2] == (404, "person_not_found")
    assert _error(rest.get(PATH))[:2] == (404, "person_not_found")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("query", "header", "named"),
    [
        ("", None, "X-Current-User-Id"),
        ("", "nonsense", "X-Current-User-Id"),
        ("?userId=nonsense", "own", "userId"),
        ("?userId=", "own", "userId"),
        ("?userId={0}&userId={0}", "own", "userId"),
    ],
)
def test_what_is_no_id_is_named(  # noqa: PLR0917
    north: Any, client: Client, method: str, query: str, header: str | None, named: str
) -> None:
    headers = {} if header is None else {"X-Current-User-Id": str(client.person_id) if header == "own" else header}
    answer = Rest(north, cast.make_token(), **headers).request(method, PATH + query.format(client.person_id))

    status, _code, message = _error(answer)
    assert status == 400
    assert named in message
    assert not Erasure.objects.exists()


def test_a_brand_erases_neither_anothers_people_nor_those_it_shares(north: Any, client: Client) -> None:
    kids = cast.make_brand("kids")
    of_kids = Rest(north, cast.make_token(brand=kids), **_as(client))
    assert _error(of_kids.delete(PATH))[:2] == (404, "person_not_found")

    client.brands.add(kids)
    assert _error(of_kids.delete(PATH))[:2] == (400, "person_of_another_brand")
    assert _error(of_kids.get(PATH))[:2] == (400, "person_of_another_brand")
    assert not Erasure.objects.exists()


def test_an_export_is_everything_in_json_or_a_calendar(north: Any) -> None:
    known = world.make_known(north)
    rest = Rest(north, cast.make_token(), **{"X-Current-User-Id": str(known.person.pk)})

    answer = rest.get(PATH).json()
    assert answer["userId"] == str(known.person.pk)
    assert answer["tables"]["scheduling_person"][0]["email"] == world.EMAIL
    assert {row["note"] for row in answer["tables"]["bookings_eventbooking"]} == {None, f"Notes on {world.WORD}"}
    # Of what they have booked, when it is.
    booked = {row["event_id"] for row in answer["tables"]["bookings_eventbooking"]}
    assert {row["id"] for row in answer["tables"]["bookings_event"]} == booked
    assert all(row["starts_at"] for row in answer["tables"]["bookings_event"])
    assert answer["cutOff"] == []

    calendar = Calendar.from_ical(rest.get(f"{PATH}?format=ics").content)
    assert {str(event["uid"]) for event in calendar.walk("VEVENT")} >= {str(known.past.pk), str(known.ahead.pk)}
    assert rest.get(f"{PATH}?format=pdf").status_code == 400


def test_an_erased_person_is_in_no_list_and_no_answer(north: Any, client: Client, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    service = Rest(north, cast.make_token())
    for person in (client, coach):
        assert Rest(north, cast.make_token(), **_as(person)).delete(PATH).status_code == 204

    assert service.get("/v1/clients").json()["data"] == []
    assert service.get("/v1/staff").json()["data"] == []
    for path in (f"/v1/clients/{client.person_id}", f"/v1/staff/{coach.person_id}"):
        assert service.get(path).status_code == 404
    assert service.get(f"/v1/coaches/{coach.person_id}/slots").status_code == 404
    acting = Rest(north, cast.make_token(), **_as(client))
    assert acting.get("/v1/bookings/me").status_code == 404


def test_a_repetition_by_key_is_not_replayed_to_who_is_gone(north: Any, client: Client) -> None:
    rest = Rest(north, cast.make_token(user=cast.make_user(client)), **_as(client))
    assert rest.delete(PATH, headers={"Idempotency-Key": "erase"}).status_code == 204
    assert rest.delete(PATH, headers={"Idempotency-Key": "erase"}).status_code == 401
