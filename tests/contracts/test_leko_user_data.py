"""leko.yaml: deleteUserBookingData. It lists 204 and 400; the 404 of who is not there is our addition to it."""

from functools import partial
from typing import Any

import pytest

from scheduling.models import Client, Erasure, StaffMember
from tests.contracts.schema import assert_in_contract
from tests.support import cast
from tests.support.http import Rest

PATH = "/v1/bookings/user-data"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
WHO = "x-current-user-id"

erase_answer = partial(assert_in_contract, family="leko", operation="deleteUserBookingData")


@pytest.fixture
def as_weak_service(north: Any) -> Rest:
    """A service that may act for people and erase nobody but them."""
    return Rest(north, cast.make_token(scopes=["manage:own-data", "act-as"]))


def _as(person: Client | StaffMember) -> dict[str, str]:
    return {WHO: str(person.person_id)}


def _is_erased(person: Client | StaffMember) -> bool:
    return Erasure.objects.filter(person_id=person.person_id).exists()


def test_erase_204_of_who_asks(as_patient: Rest, patient: Client) -> None:
    erase_answer(as_patient.delete(PATH, headers=_as(patient)), status=204)

    assert _is_erased(patient)


def test_erase_204_of_who_is_named(as_service: Rest, coach: StaffMember, patient: Client) -> None:
    answer = as_service.delete(f"{PATH}?userId={patient.person_id}", headers=_as(coach))

    erase_answer(answer, status=204)
    assert (_is_erased(patient), _is_erased(coach)) == (True, False)
    # A client that did not get the answer asks again.
    erase_answer(as_service.delete(f"{PATH}?userId={patient.person_id}", headers=_as(coach)), status=204)


@pytest.mark.parametrize(
    ("query", "header", "named"),
    [
        ("", None, "X-Current-User-Id"),
        ("", "", "X-Current-User-Id"),
        ("", "not-an-id", "X-Current-User-Id"),
        ("?userId=not-an-id", UNKNOWN, "userId"),
        (f"?userId={UNKNOWN}&userId={UNKNOWN}", UNKNOWN, "userId"),
    ],
)
def test_erase_400(as_service: Rest, query: str, header: str | None, named: str) -> None:
    answer = as_service.delete(PATH + query, headers={} if header is None else {WHO: header})

    erase_answer(answer, status=400)
    (error,) = answer.json()["errors"]
    assert (error["code"], error["endpoint"], error["requestId"]) == ("validation", PATH, answer["X-Request-Id"])
    assert error["message"].startswith(f"{named}: ")


def test_erase_400_of_a_person_whom_another_brand_knows_too(as_service: Rest, patient: Client) -> None:
    patient.brands.add(cast.make_brand())

    answer = Rest(as_service.tenant, cast.make_token(brand=cast.main_brand())).delete(PATH, headers=_as(patient))

    erase_answer(answer, status=400)
    assert answer.json()["errors"][0]["code"] == "person_of_another_brand"
    assert not _is_erased(patient)


def test_erase_401(as_nobody: Rest, patient: Client) -> None:
    erase_answer(as_nobody.delete(PATH, headers=_as(patient)), status=401)

    assert not _is_erased(patient)


def test_erase_403(as_patient: Rest, as_weak_service: Rest, coach: StaffMember, patient: Client) -> None:
    for rest, who, query, code in (
        (as_patient, coach, "", "acting_for_another"),
        (as_patient, patient, f"?userId={coach.person_id}", "acting_for_another"),
        (as_weak_service, patient, f"?userId={coach.person_id}", "insufficient_scope"),
    ):
        answer = rest.delete(PATH + query, headers=_as(who))
        erase_answer(answer, status=403)
        assert answer.json()["errors"][0]["code"] == code
    assert not Erasure.objects.exists()


def test_erase_404_is_one_bare_error_as_elsewhere_in_the_contract(as_service: Rest) -> None:
    answer = as_service.delete(PATH, headers={WHO: UNKNOWN})

    # The form that getBooking gives to its 404.
    assert_in_contract(answer, family="leko", operation="getBooking", status=404)
    assert (answer.json()["code"], answer.json()["endpoint"]) == ("person_not_found", PATH)
