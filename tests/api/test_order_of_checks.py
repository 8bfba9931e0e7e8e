"""A request that is wrong in every way is told of the earliest: what comes later would tell a stranger too much.

tenant → authentication → scope → brand → idempotent replay → parsing → the object → its version → business.
Each step of the test mends one thing, so that the next thing that is wrong is seen.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.envelopes import refused
from tests.api.scene import Scene
from tests.support import cast
from tests.support.http import Rest

NOBODY = "00000000-0000-7000-8000-000000000000"


@dataclass
class Wrong:
    """A request as wrong as can be, of one family of endpoints."""

    method: str
    path: str
    # The scope that it needs, and one that it does not.
    scope: str
    used: dict[str, Any]
    good: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def _wrong(scene: Scene, family: str) -> Wrong:
    coach = f"/v1/coaches/{scene.values['coaches.coach_id']}"
    client = {"X-Current-User-Id": str(scene.values["clients.pk"])}
    if family == "loop":
        good = scene.bodies["POST /v1/coaches/<str:coach_id>/bookings"]
        return Wrong("POST", f"{coach}/bookings", "write:bookings", {**good, "notes": "used"}, good, client)
    good = scene.bodies["PATCH /v1/clients/<uuid:pk>"]
    return Wrong("PATCH", f"/v1/clients/{scene.values['clients.pk']}", "write:clients", {"language": "de"}, good)


@pytest.mark.parametrize("family", ["loop", "platform"])
def test_the_earliest_of_all_errors_is_answered(scene: Scene, family: str) -> None:
    wrong, north = _wrong(scene, family), scene.rest.tenant
    main, kids = cast.main_brand(), cast.make_brand()
    kids_host = cast.brand_host(north, kids)
    token = cast.make_token(scopes=[wrong.scope, "act-as"], brand=main)
    helpless = cast.make_token(scopes=["read:staff"], brand=main)
    key = {"Idempotency-Key": "used", "If-Match": "*", **wrong.headers}
    assert Rest(north, token).request(wrong.method, wrong.path, wrong.used, headers=key).status_code < 300

    def told(bearer: str, host: str, body: bytes, **headers: str) -> tuple[int, str]:
        sent = {"Idempotency-Key": "used", **wrong.headers, **headers}
        answer = Rest(north, bearer).request(wrong.method, wrong.path, raw=body, host=host, headers=sent)
        said = refused(answer, method=wrong.method, path=wrong.path)
        return said.status, said.code

    assert told("nonsense", "nowhere.test", b"{") == (404, "unknown_tenant")
    assert told("nonsense", kids_host, b"{") == (401, "invalid_token")
    assert told(helpless, kids_host, b"{") == (403, "insufficient_scope")
    assert told(token, kids_host, b"{") == (403, "foreign_brand")
    assert told(token, "north.test", b"{") == (422, "idempotency_key_reused")
    assert told(token, "north.test", b"{", **{"Idempotency-Key": "fresh"}) == (400, "malformed_json")


def test_a_replay_comes_before_the_body_is_looked_at(scene: Scene) -> None:
    path, headers = "/v1/clients", {"Idempotency-Key": "k"}
    first = scene.rest.post(path, scene.bodies["POST /v1/clients"], headers=headers)

    # The same bytes: now they would be refused, for there is such a client.
    again = scene.rest.post(path, scene.bodies["POST /v1/clients"], headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"


def test_then_the_object_its_version_and_the_business(scene: Scene) -> None:
    scene.rest.post("/v1/clients", scene.bodies["POST /v1/clients"])
    taken = {"email": "DORA@example.com"}
    path = f"/v1/clients/{scene.values['clients.pk']}"

    def told(body: Any, address: str, **headers: str) -> tuple[int, str]:
        answer = scene.rest.request("PATCH", address, body, headers=headers)
        said = refused(answer, method="PATCH", path=address)
        return said.status, said.code

    assert told({"email": 5}, f"/v1/clients/{NOBODY}") == (400, "validation_error")
    assert told(taken, f"/v1/clients/{NOBODY}") == (404, "not_found")
    assert told(taken, path) == (428, "precondition_required")
    assert told(taken, path, **{"If-Match": '"99"'}) == (412, "version_mismatch")
    assert told(taken, path, **{"If-Match": "*"}) == (409, "email_taken")


def test_a_cancellation_too(scene: Scene) -> None:
    path = f"/v1/bookings/{scene.values['bookings.id']}"
    stranger = Rest(scene.rest.tenant, cast.make_token(user=cast.make_user(cast.make_client("Carol Client"))))
    assert scene.rest.delete(path).status_code == 200

    def told(rest: Rest, address: str, **headers: str) -> tuple[int, str]:
        said = refused(rest.delete(address, headers=headers), method="DELETE", path=address)
        return said.status, said.code

    assert told(stranger, f"/v1/bookings/{NOBODY}", **{"If-Match": '"99"'}) == (404, "booking_not_found")
    assert told(stranger, path, **{"If-Match": '"99"'}) == (403, "foreign_booking")
    assert told(scene.rest, path, **{"If-Match": '"99"'}) == (412, "version_mismatch")
    assert told(scene.rest, path) == (412, "not_cancellable")


def test_waking_the_workers_too(scene: Scene) -> None:
    path = "/v1/bookings/notify"
    told = [
        refused(Rest(scene.rest.tenant, token).post(path, headers={"Idempotency-Key": key}), method="POST", path=path)
        for token, key in (("nonsense", "é"), (cast.make_token(scopes=["read:staff"]), "é"), (cast.make_token(), "é"))
    ]

    assert [said.code for said in told] == ["invalid_token", "insufficient_scope", "invalid_idempotency_key"]
