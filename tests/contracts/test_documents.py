"""The contracts and our own document are valid OpenAPI 3.1 and agree on what we serve."""

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.openapi_views import document
from tests.contracts.schema import BASES, FAMILIES, contract, operations, statuses

SERVED = {
    "createCoachBooking",
    "listMyCoachBookings",
    "cancelCoachBooking",
    "createOfficeHour",
    "createProvider",
    "createProviderSlot",
    "listProviderSlots",
    "createVisit",
    "listVisits",
    "cancelVisit",
    "rescheduleVisit",
    "notifyBookings",
    "createBookingOrder",
    "listBookings",
    "listBookingOrders",
    "getBooking",
    "markBookingAsCompleted",
    "addBookingNote",
    "dismissBooking",
    "cancelBooking",
    "disputeBooking",
    "createEvent",
    "listEvents",
    "listHistory",
    "deleteUserBookingData",
}


def _ours() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(""))
    return found


def _shape(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _successes(operation: dict[str, Any]) -> set[int]:
    return {status for status in statuses(operation) if 200 <= status < 300}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_contract_is_valid(family: str) -> None:
    OpenAPIV31SpecValidator(contract(family)).validate()


def test_our_own_document_is_valid() -> None:
    ours = _ours()

    assert ours["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(ours).validate()


def test_what_we_serve_of_the_contracts_has_their_names_and_their_success() -> None:
    ours = {
        (method, _shape(path)): (name, operation) for name, (method, path, operation) in operations(_ours()).items()
    }
    found = {
        name: ((name, _successes(operation)), (ours[method, where][0], _successes(ours[method, where][1])))
        for family in FAMILIES
        for name, (method, path, operation) in operations(contract(family)).items()
        if (method, where := _shape(BASES[family] + path)) in ours
    }

    assert {name: theirs for name, (theirs, _) in found.items()} == {name: own for name, (_, own) in found.items()}
    assert set(found) == SERVED


def test_each_of_our_documents_is_valid_and_holds_its_family_alone() -> None:
    for family in (*FAMILIES, "platform"):
        one = json.loads(document(family))
        OpenAPIV31SpecValidator(one).validate()
        assert {operation["x-family"] for _, _, operation in operations(one).values()} <= {family}


def test_every_operation_of_ours_documents_401_and_403() -> None:
    assert all({401, 403, 503} <= statuses(operation) for _, _, operation in operations(_ours()).values())
