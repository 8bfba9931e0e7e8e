"""loop.yaml: createVisit, listVisits, cancelVisit, rescheduleVisit, createProviderSlot, listProviderSlots."""

from functools import partial
from typing import Any

import pytest

from scheduling.models import Client, Service, StaffMember
from tests.contracts.schema import assert_in_contract
from tests.support import cast, visiting
from tests.support.http import Rest
from visits.models import Slot, Visit

visit_answer = partial(assert_in_contract, family="loop", operation="createVisit")
list_answer = partial(assert_in_contract, family="loop", operation="listVisits")
cancel_answer = partial(assert_in_contract, family="loop", operation="cancelVisit")
move_answer = partial(assert_in_contract, family="loop", operation="rescheduleVisit")
slot_answer = partial(assert_in_contract, family="loop", operation="createProviderSlot")
slots_answer = partial(assert_in_contract, family="loop", operation="listProviderSlots")

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def provider(north: Any) -> StaffMember:
    return visiting.make_provider()


@pytest.fixture
def visit_type(north: Any) -> Service:
    return visiting.make_visit_type()


@pytest.fixture
def slot(provider: StaffMember) -> Slot:
    return visiting.make_slot(provider, cast.tomorrow_at(9))


@pytest.fixture
def visit(slot: Slot, patient: Client, visit_type: Service) -> Visit:
    return visiting.make_visit(slot, patient, visit_type)


@pytest.fixture
def wanted(patient: Client, slot: Slot, visit_type: Service) -> dict[str, Any]:
    return {
        "brand_id": str(cast.main_brand().pk), "patient_id": str(patient.person_id), "slot_id": str(slot.pk),
        "visit_type": visit_type.code,
    }  # fmt: skip


@pytest.fixture
def opened(provider: StaffMember) -> dict[str, Any]:
    return {
        "brand_id": str(cast.main_brand().pk),
        "start_time": cast.tomorrow_at(11).isoformat(),
        "end_time": cast.tomorrow_at(12).isoformat(),
    }


@pytest.mark.parametrize("more", [{}, {"reason": "Sleep", "notes": None}, {"unknown": 1}])
def test_visit_201(as_patient: Rest, wanted: dict[str, Any], more: dict[str, Any]) -> None:
    answer = as_patient.post("/v1/visits", {**wanted, **more})

    visit_answer(answer, status=201)
    assert {name: answer.json()[name] for name in wanted} == wanted
    assert answer.json()["status"] == "scheduled"
    assert answer.json()["reason"] == more.get("reason")


def test_visit_400(as_patient: Rest, wanted: dict[str, Any]) -> None:
    for name in wanted:
        visit_answer(as_patient.post("/v1/visits", {k: v for k, v in wanted.items() if k != name}), status=400)
        visit_answer(as_patient.post("/v1/visits", {**wanted, name: 5}), status=400)


def test_visit_401(as_nobody: Rest, wanted: dict[str, Any]) -> None:
    visit_answer(as_nobody.post("/v1/visits", wanted), status=401)


def test_visit_403(of_kids: Rest, as_patient: Rest, wanted: dict[str, Any]) -> None:
    carol = str(cast.make_client("Carol Client").person_id)
    visit_answer(as_patient.post("/v1/visits", {**wanted, "patient_id": carol}), status=403)
    visit_answer(of_kids.post("/v1/visits", wanted), status=403)


@pytest.mark.parametrize("name", ["slot_id", "patient_id"])
def test_visit_404(as_service: Rest, wanted: dict[str, Any], name: str) -> None:
    visit_answer(as_service.post("/v1/visits", {**wanted, name: NOBODY}), status=404)


def test_visit_409(as_patient: Rest, wanted: dict[str, Any], visit: Visit) -> None:
    answer = as_patient.post("/v1/visits", wanted)

    visit_answer(answer, status=409)
    assert answer.json()["error"] == "slot_booked"


def test_list_200(as_patient: Rest, visit: Visit) -> None:
    answer = as_patient.get(f"/v1/visits?brand_id={visit.brand_id}&patient_id={visit.client.person_id}")

    list_answer(answer, status=200)
    assert set(answer.json()) == {"visits"}
    assert [one["id"] for one in answer.json()["visits"]] == [str(visit.pk)]


def test_list_400(as_service: Rest) -> None:
    list_answer(as_service.get("/v1/visits"), status=400)
    list_answer(as_service.get("/v1/visits?brand_id=x"), status=400)


def test_list_401(as_nobody: Rest, visit: Visit) -> None:
    list_answer(as_nobody.get(f"/v1/visits?brand_id={visit.brand_id}"), status=401)


@pytest.mark.parametrize("body", [None, {}, {"reason": "Ill"}, {"reason": None}])
def test_cancel_200(as_patient: Rest, visit: Visit, body: Any) -> None:
    answer = as_patient.post(f"/v1/visits/{visit.pk}/cancel", body)

    cancel_answer(answer, status=200)
    said = answer.json()
    assert (said["status"], said["reason"], said["cancel_reason"]) == ("cancelled", None, (body or {}).get("reason"))
    assert said["cancelled_at"]


def test_cancel_401(as_nobody: Rest, visit: Visit) -> None:
    cancel_answer(as_nobody.post(f"/v1/visits/{visit.pk}/cancel"), status=401)


@pytest.mark.parametrize("visit_id", [NOBODY, "not-an-id"])
def test_cancel_404(as_patient: Rest, visit_id: str) -> None:
    cancel_answer(as_patient.post(f"/v1/visits/{visit_id}/cancel"), status=404)


def test_cancel_412(as_patient: Rest, visit: Visit) -> None:
    as_patient.post(f"/v1/visits/{visit.pk}/cancel")

    answer = as_patient.post(f"/v1/visits/{visit.pk}/cancel")

    cancel_answer(answer, status=412)
    assert "it is cancelled" in answer.json()["message"]


def test_reschedule_200(as_patient: Rest, visit: Visit, provider: StaffMember) -> None:
    new = visiting.make_slot(provider, cast.tomorrow_at(10))

    for slot_id, version in ((visit.slot_id, '"1"'), (new.pk, '"2"')):
        answer = as_patient.post(f"/v1/visits/{visit.pk}/reschedule", {"new_slot_id": str(slot_id)})
        move_answer(answer, status=200)
        assert (answer.json()["slot_id"], answer["ETag"]) == (str(slot_id), version)


def test_reschedule_400(as_patient: Rest, visit: Visit) -> None:
    move_answer(as_patient.post(f"/v1/visits/{visit.pk}/reschedule", {}), status=400)


def test_reschedule_401(as_nobody: Rest, visit: Visit) -> None:
    move_answer(as_nobody.post(f"/v1/visits/{visit.pk}/reschedule", {"new_slot_id": NOBODY}), status=401)


def test_reschedule_404(as_patient: Rest, visit: Visit) -> None:
    kids = cast.make_brand()
    foreign = visiting.make_slot(visiting.make_provider("Ina", brand=kids), cast.tomorrow_at(9), brand=kids)
    for visit_id, slot_id in ((visit.pk, NOBODY), (visit.pk, foreign.pk), (NOBODY, visit.slot_id)):
        answer = as_patient.post(f"/v1/visits/{visit_id}/reschedule", {"new_slot_id": str(slot_id)})
        move_answer(answer, status=404)


def test_reschedule_409(as_patient: Rest, visit: Visit, visit_type: Service, provider: StaffMember) -> None:
    taken = visiting.make_slot(provider, cast.tomorrow_at(10))
    visiting.make_visit(taken, cast.make_client("Carol Client"), visit_type)
    past = visiting.make_slot(provider, cast.tomorrow_at(9, days=-1))

    for slot in (taken, past):
        answer = as_patient.post(f"/v1/visits/{visit.pk}/reschedule", {"new_slot_id": str(slot.pk)})
        move_answer(answer, status=409)


def test_reschedule_412(as_patient: Rest, visit: Visit) -> None:
    as_patient.post(f"/v1/visits/{visit.pk}/cancel")

    answer = as_patient.post(f"/v1/visits/{visit.pk}/reschedule", {"new_slot_id": str(visit.slot_id)})

    move_answer(answer, status=412)
    assert "cancelled" in answer.json()["message"]


def test_slot_201(as_service: Rest, provider: StaffMember, opened: dict[str, Any]) -> None:
    answer = as_service.post(f"/v1/providers/{provider.person_id}/slots", opened)

    slot_answer(answer, status=201)
    assert (answer.json()["booked"], answer.json()["provider_id"]) == (False, str(provider.person_id))


def test_slot_400(as_service: Rest, provider: StaffMember, opened: dict[str, Any], slot: Slot) -> None:
    path = f"/v1/providers/{provider.person_id}/slots"
    overlapping = {**opened, "start_time": cast.tomorrow_at(9).isoformat()}
    backwards = {**opened, "end_time": opened["start_time"]}
    for body in ({}, overlapping, backwards, {**opened, "start_time": "tomorrow"}):
        slot_answer(as_service.post(path, body), status=400)


def test_slot_401(as_nobody: Rest, provider: StaffMember, opened: dict[str, Any]) -> None:
    slot_answer(as_nobody.post(f"/v1/providers/{provider.person_id}/slots", opened), status=401)


def test_slot_404(as_service: Rest, opened: dict[str, Any]) -> None:
    no_provider = cast.make_coach().person_id
    for provider_id in (NOBODY, "not-an-id", no_provider):
        slot_answer(as_service.post(f"/v1/providers/{provider_id}/slots", opened), status=404)


def test_slots_200(as_patient: Rest, provider: StaffMember, visit: Visit) -> None:
    visiting.make_slot(provider, cast.tomorrow_at(10))

    answer = as_patient.get(f"/v1/providers/{provider.person_id}/slots")

    slots_answer(answer, status=200)
    assert [one["booked"] for one in answer.json()["slots"]] == [True, False]


def test_slots_401(as_nobody: Rest, provider: StaffMember) -> None:
    slots_answer(as_nobody.get(f"/v1/providers/{provider.person_id}/slots"), status=401)


def test_slots_404(as_patient: Rest) -> None:
    slots_answer(as_patient.get(f"/v1/providers/{NOBODY}/slots"), status=404)
