"""`Idempotency-Key`: the same request again gets the same answer, and the work is done once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from api import writes
from api.models import IdempotencyRecord
from bookings.models import CoachBooking
from scheduling.models import Client as ClientRow
from tests.api.scene import Scene
from tests.support import cast
from tests.support.http import Rest

BOOK = "POST /v1/coaches/<str:coach_id>/bookings"


def _book(scene: Scene, *, key: str = "key-1", rest: Rest | None = None, **changes: Any) -> Any:
    return (rest or scene.rest).post(
        f"/v1/coaches/{scene.values['coaches.coach_id']}/bookings",
        {**scene.bodies[BOOK], **changes},
        headers={"Idempotency-Key": key},
    )


def test_a_success_is_replayed_byte_for_byte(scene: Scene) -> None:
    first, again = _book(scene), _book(scene)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Content-Type"] == first["Content-Type"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert CoachBooking.objects.filter(notes="Hello").count() == 1


def test_a_refusal_of_the_service_is_replayed_even_when_it_would_succeed_now(scene: Scene) -> None:
    taken = cast.tomorrow_at(9).isoformat()
    first = _book(scene, slot_at=taken)
    CoachBooking.objects.all().delete()

    again = _book(scene, slot_at=taken)

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"


def test_a_refused_work_is_rolled_back_while_its_answer_is_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from scheduling.services.register_person import ClientExistsError

    def refuse(**_: Any) -> None:
        cast.make_client("Nobody Stays")
        raise ClientExistsError(id="1")

    monkeypatch.setattr("scheduling.api.viewsets.register_client", refuse)

    answer = scene.rest.post("/v1/clients", {"given_name": "Dora"}, headers={"Idempotency-Key": "k"})

    assert answer.status_code == 409
    assert not ClientRow.objects.filter(person__given_name="Nobody").exists()
    assert IdempotencyRecord.objects.get().status == 409


def test_the_same_key_for_another_body_or_query_is_422(scene: Scene) -> None:
    _book(scene)

    other_body = _book(scene, notes="Something else")
    other_query = scene.rest.post(
        f"/v1/coaches/{scene.values['coaches.coach_id']}/bookings?a=b",
        scene.bodies[BOOK],
        headers={"Idempotency-Key": "key-1"},
    )

    for answer in (other_body, other_query):
        assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_reused")


def test_the_same_key_for_another_person_is_422_and_tells_nothing_of_the_first(scene: Scene) -> None:
    first = _book(scene)
    other = cast.make_client("Carol Client")

    answer = scene.rest.post(
        f"/v1/coaches/{scene.values['coaches.coach_id']}/bookings",
        scene.bodies[BOOK],
        headers={"Idempotency-Key": "key-1", "X-Current-User-Id": str(other.person_id)},
    )

    assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_reused")
    assert first.json()["id"] not in answer.content.decode()


def test_the_same_key_through_another_brand_is_422(scene: Scene) -> None:
    from tenants.context import use_public
    from tenants.models import Domain, Tenant

    kids = cast.make_brand("kids")
    with use_public():
        Domain.objects.create(
            tenant=Tenant.objects.get(slug="north"), domain="kids.test", is_primary=False, brand_id=kids.pk
        )
    body, key = {"given_name": "Dora", "email": "dora@example.com"}, {"Idempotency-Key": "k"}
    first = scene.rest.post("/v1/clients", body, headers=key)

    answer = scene.rest.post("/v1/clients", body, headers=key, host="kids.test")

    assert (first.status_code, answer.status_code) == (201, 422)


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb", "\x7f", "ключ"])
def test_a_key_that_is_none_is_400(scene: Scene, key: str) -> None:
    answer = _book(scene, key=key)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_idempotency_key")
    assert not CoachBooking.objects.filter(notes="Hello").exists()


@pytest.mark.parametrize("key", ["x", "x" * 255, "with spaces and ~!@#", '"quoted"'])
def test_any_printable_key_will_do(scene: Scene, key: str) -> None:
    assert _book(scene, key=key).status_code == 201


def test_an_invalid_body_is_not_stored(scene: Scene) -> None:
    assert _book(scene, slot_at="nonsense").status_code == 400

    assert not IdempotencyRecord.objects.exists()
    assert _book(scene).status_code == 201


@pytest.mark.parametrize(("token", "status"), [("nonsense", 401), (None, 401), ("without the scope", 403)])
def test_a_refused_caller_stores_nothing(scene: Scene, token: str | None, status: int) -> None:
    raw = cast.make_token(scopes=["read:bookings"]) if token == "without the scope" else token

    assert _book(scene, rest=Rest(scene.rest.tenant, raw)).status_code == status

    assert not IdempotencyRecord.objects.exists()


def test_a_412_is_not_stored(scene: Scene) -> None:
    path = f"/v1/bookings/{scene.values['bookings.id']}"
    assert scene.rest.delete(path).status_code == 200

    refused = scene.rest.delete(path, headers={"Idempotency-Key": "k"})

    assert refused.status_code == 412
    assert not IdempotencyRecord.objects.exists()


def test_a_503_is_not_stored(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_busy(**_: Any) -> None:
        raise OperationalError from _state("55P03")

    with monkeypatch.context() as busy:
        busy.setattr("bookings.api.viewsets.book_coach", too_busy)
        assert _book(scene).status_code == 503

    assert not IdempotencyRecord.objects.exists()
    assert _book(scene).status_code == 201


def test_another_principal_has_keys_of_its_own(scene: Scene) -> None:
    assert _book(scene).status_code == 201
    other = Rest(scene.rest.tenant, cast.make_token(user=cast.make_user(cast.make_client("Carol Client"))))

    answer = _book(scene, rest=other)

    assert (answer.status_code, answer.json()["error"]) == (409, "slot_taken")
    assert IdempotencyRecord.objects.count() == 2


def test_another_route_has_keys_of_its_own(scene: Scene) -> None:
    assert _book(scene).status_code == 201

    answer = scene.rest.post("/v1/clients", {"given_name": "Dora"}, headers={"Idempotency-Key": "key-1"})

    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer


def test_another_tenant_has_keys_of_its_own(scene: Scene, south: Any) -> None:
    from tenants.context import use

    assert _book(scene).status_code == 201
    with use(south):
        token = cast.make_token()
    for status, replayed in ((201, False), (201, True)):
        answer = Rest(south, token).post("/v1/clients", {"given_name": "Dora"}, headers={"Idempotency-Key": "key-1"})
        assert answer.status_code == status
        assert ("Idempotent-Replayed" in answer) is replayed


def test_authorization_is_checked_again_before_a_replay(scene: Scene) -> None:
    from oauth2_provider.models import get_access_token_model

    assert _book(scene).status_code == 201
    get_access_token_model().objects.update(scope="read:bookings")

    answer = _book(scene)

    assert answer.status_code == 403
    assert "Idempotent-Replayed" not in answer


def test_a_deletion_is_replayed_instead_of_refused(scene: Scene) -> None:
    path = f"/v1/bookings/{scene.values['bookings.id']}"

    first, again = (scene.rest.delete(path, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()


def test_an_answer_without_a_body_is_replayed_too(scene: Scene) -> None:
    first, again = (scene.rest.post("/v1/bookings/notify", headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert [(a.status_code, a.content) for a in (first, again)] == [(204, b"")] * 2
    assert again["Idempotent-Replayed"] == "true"


def test_records_are_kept_for_a_day_and_then_forgotten(scene: Scene) -> None:
    now = datetime.now(tz=UTC)
    for age in (timedelta(hours=23, minutes=59), timedelta(hours=24, minutes=1)):
        _book(scene, key=str(age))
        IdempotencyRecord.objects.filter(key=str(age)).update(created_at=now - age)

    assert writes.forget_old_records(now=now) == 1

    assert IdempotencyRecord.objects.get().key == "23:59:00"


def test_the_periodic_task_forgets_in_every_tenant(scene: Scene, south: Any) -> None:
    from api.tasks import forget_idempotency_keys
    from tenants.context import activate_public, use

    old = datetime.now(tz=UTC) - timedelta(days=2)
    for tenant in (scene.rest.tenant, south):
        with use(tenant):
            IdempotencyRecord.objects.create(
                principal="p", route="r", key="k", fingerprint=b"f", status=200, created_at=old
            )
    activate_public()

    forget_idempotency_keys()

    for tenant in (scene.rest.tenant, south):
        with use(tenant):
            assert not IdempotencyRecord.objects.exists()


def test_the_stored_key_tells_nothing_of_the_body(scene: Scene) -> None:
    _book(scene)

    record = IdempotencyRecord.objects.get()
    assert len(bytes(record.fingerprint)) == 32
    assert record.route == "POST v1/coaches/<str:coach_id>/bookings"


def _state(code: str) -> Exception:
    error = Exception(code)
    error.sqlstate = code  # type: ignore[attr-defined]
    return error
