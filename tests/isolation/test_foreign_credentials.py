"""Every operation × every credential of another tenant: refused. The list of operations is read from the URLconf."""

from typing import Any

import pytest

from tenants.context import use
from tests.isolation.world import Corner, body_for, fill
from tests.support import cast
from tests.support.http import Rest
from tests.support.routes import Operation, operations

OPERATIONS = operations()


@pytest.fixture
def corner(north: Any) -> Corner:
    return fill(north, canary="canary-north")


@pytest.fixture
def stranger(north: Any, south: Any) -> Corner:
    return fill(south, canary="canary-south")


def test_the_list_of_operations_is_not_empty() -> None:
    assert {"POST /v1/coaches/<str:coach_id>/bookings", "GET /v1/clients"} <= {str(o) for o in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_token_of_another_tenant_opens_nothing(
    operation: Operation, north: Any, corner: Corner, stranger: Corner
) -> None:
    for who, token in stranger.tokens.items():
        answer = Rest(north, token).request(operation.method, operation.path(corner.ids), body_for(corner))

        assert answer.status_code == 401, (who, answer.content)
        assert b"canary" not in answer.content


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_without_a_token_nothing_opens(operation: Operation, north: Any, corner: Corner) -> None:
    answer = Rest(north).request(operation.method, operation.path(corner.ids), body_for(corner))

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_the_session_of_an_administrator_is_no_token(operation: Operation, north: Any, corner: Corner) -> None:
    from accounts.models import User

    rest = Rest(north)
    rest.django.force_login(User.objects.create_superuser("root@example.com", "a password"))

    answer = rest.request(operation.method, operation.path(corner.ids), body_for(corner))

    assert answer.status_code == 401


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.parameters], ids=str)
def test_the_ids_of_another_tenant_lead_nowhere(
    operation: Operation, south: Any, corner: Corner, stranger: Corner
) -> None:
    for who, token in stranger.tokens.items():
        answer = Rest(south, token).request(operation.method, operation.path(corner.ids), body_for(stranger))

        assert answer.status_code in {403, 404}, (who, answer.content)
        assert b"canary-north" not in answer.content


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_person_of_another_tenant_can_not_be_acted_for(
    operation: Operation, south: Any, corner: Corner, stranger: Corner
) -> None:
    rest = Rest(south, stranger.service_token, **{"X-Current-User-Id": str(corner.client.person_id)})

    body = {**body_for(stranger), "brand_id": str(corner.brand.pk)}

    answer = rest.request(operation.method, operation.path(stranger.ids), body)

    assert answer.status_code < 500
    assert b"canary-north" not in answer.content
    with use(south):
        assert not _ids_of_people() & {corner.client.person_id, corner.coach.person_id}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_names_its_scopes_and_refuses_a_token_without_them(
    operation: Operation, north: Any, corner: Corner
) -> None:
    from accounts.scopes import SCOPES

    assert operation.scopes, f"{operation} can be called by nobody: name its scopes"
    others = [scope for scope in SCOPES if scope not in operation.scopes]
    rest = Rest(north, cast.make_token(scopes=others))

    answer = rest.request(operation.method, operation.path(corner.ids), body_for(corner))

    assert answer.status_code == 403
    assert "insufficient_scope" in answer["WWW-Authenticate"]


def _ids_of_people() -> set[Any]:
    from scheduling.models import Person

    return set(Person.objects.values_list("pk", flat=True))
