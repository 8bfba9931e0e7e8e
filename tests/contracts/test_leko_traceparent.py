"""leko.yaml: its example `traceparent`, sent with each of its operations."""

import re
from typing import Any

import pytest

from tests.api.scene import make_scene
from tests.contracts.schema import BASES, assert_in_contract, contract, operations, statuses
from tests.support.routes import Operation
from tests.support.routes import operations as routes

TRACE = contract("leko")["components"]["parameters"]["Traceparent"]["schema"]["example"]


def _shape(path: str) -> str:
    return re.sub(r"[<{][^}>]*[>}]", "{}", path)


def _ours(method: str, path: str) -> Operation:
    """The operation that serves an address of the contract."""
    wanted = (method.upper(), _shape(BASES["leko"] + path))
    (found,) = (one for one in routes() if (one.method, _shape(one.route)) == wanted)
    return found


@pytest.mark.parametrize("name", operations(contract("leko")))
def test_the_trace_of_the_contracts_example_goes_on(north: Any, name: str) -> None:
    scene = make_scene(north)
    method, path, operation = operations(contract("leko"))[name]
    ours = _ours(method, path)

    answer = scene.rest.request(
        ours.method,
        ours.path(scene.values) + scene.queries.get(str(ours), ""),
        scene.bodies.get(str(ours)),
        headers={"traceparent": TRACE},
    )

    assert_in_contract(answer, family="leko", operation=name, status=min(statuses(operation)))
    _, trace_id, parent_id, _ = TRACE.split("-")
    assert re.fullmatch(rf"00-{trace_id}-(?!{parent_id})[0-9a-f]{{16}}-01", answer["traceparent"])
