"""loop.yaml: createProvider."""

from functools import partial
from typing import Any

import pytest

from tests.contracts.schema import assert_in_contract
from tests.support import cast
from tests.support.http import Rest

provider_answer = partial(assert_in_contract, family="loop", operation="createProvider")


def _register(rest: Rest, **body: Any) -> Any:
    return rest.post("/v1/providers", {"brand_id": str(cast.main_brand().pk), "name": "Grace Hopper", **body})


def test_provider_201(as_service: Rest) -> None:
    provider_answer(_register(as_service), status=201)
    provider_answer(
        _register(
            as_service,
            name="Mary Jackson",
            specialty="Cardiology",
            npi="1234567893",
            email="mary@example.com",
            phone="+1 555 0100",
            metadata={"any": {"thing": [1, None]}},
        ),
        status=201,
    )


def test_provider_400(as_service: Rest) -> None:
    provider_answer(_register(as_service, name=""), status=400)


def test_provider_401(as_nobody: Rest) -> None:
    provider_answer(_register(as_nobody), status=401)


def test_provider_403(of_kids: Rest) -> None:
    provider_answer(_register(of_kids), status=403)


def test_provider_409(as_service: Rest) -> None:
    _register(as_service, email="grace@example.com")

    provider_answer(_register(as_service, email="grace@example.com"), status=409)


def test_provider_500(as_service: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("visits.api.viewsets.register_provider", fail)

    answer = _register(as_service)

    provider_answer(answer, status=500)
    assert b"secret" not in answer.content
