"""Bad values in addresses and headers: a 4xx that names them, never a 5xx and never a guess."""

import base64
from urllib.parse import unquote

import pytest

from tests.api.envelopes import refused
from tests.api.scene import Scene
from tests.support import cast
from tests.support.http import Rest
from tests.support.routes import Operation, operations

READS = [operation for operation in operations() if operation.method == "GET"]
LISTS = [operation for operation in READS if operation.action == "list" and operation.noun in {"clients", "staff"}]

STRANGE_QUERIES = [
    "a[]=1", "a=%zz", "a=%00", "%00=1", "a=%ff", "a=%ED%A0%80", "=", "&&&", "a" * 5000, 'a="b"', "a={b}", "a=b|c",
    "a=^", "a=\\", "a=<script>", "a=é", "a=%F0%9F%98%80", "page=-1", "format=xml", "a=1;b=2", "a=+", "a=#",
]  # fmt: skip
BAD_INSTANTS = [
    "yesterday", "2026-02-30T00:00:00Z", "2026-11-20", "2026-11-20T00:00:00", "", "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T00:00:00Z", "%00", "1e400",
]  # fmt: skip


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


BAD_CURSORS = ["x", "%ff", _cursor("p=abc"), _cursor("p=%00"), _cursor("o=-1"), _cursor("o=9e9"), _cursor("p=1.5"),
               _cursor("r=2&p="), _cursor("p=" + "9" * 400)]  # fmt: skip
BAD_LIMITS = ["0", "-1", "201", "abc", "", "1.5", "9" * 400, "%00", "٣"]
STRANGE_IDS = ["x", "%00", "%ff", "%ED%A0%80", "a" * 3000, "-1", "..%2f..", "%7B%7D", "1e400",
               "00000000-0000-0000-0000-00000000000g"]  # fmt: skip


@pytest.mark.parametrize("operation", READS, ids=str)
def test_a_strange_query_breaks_nothing(scene: Scene, operation: Operation) -> None:
    for query in STRANGE_QUERIES:
        answer = scene.rest.get(f"{operation.path(scene.values)}?{query}")

        assert answer.status_code < 500, (query, answer.content)


@pytest.mark.parametrize("operation", [o for o in operations() if o.method != "GET"], ids=str)
def test_nor_does_it_break_a_write(scene: Scene, operation: Operation) -> None:
    for query in STRANGE_QUERIES:
        answer = scene.rest.request(
            operation.method, f"{operation.path(scene.values)}?{query}", raw=b"x", headers={"Idempotency-Key": "k"}
        )

        assert answer.status_code < 500, (query, answer.content)


@pytest.mark.parametrize("name", ["from", "to"])
def test_a_bad_instant_is_400_and_named(scene: Scene, name: str) -> None:
    path = f"/v1/coaches/{scene.values['coaches.coach_id']}/slots"
    for value in BAD_INSTANTS:
        said = refused(scene.rest.get(f"{path}?{name}={value}"), method="GET", path=path)

        assert (said.status, said.code) == (400, "validation_error"), value
        assert said.message.startswith(("from: ", "to: ")), value


@pytest.mark.parametrize("operation", LISTS, ids=str)
@pytest.mark.parametrize(("name", "values"), [("limit", BAD_LIMITS), ("cursor", BAD_CURSORS), ("email", ["%00"])])
def test_a_bad_parameter_of_a_list_is_400_and_named(
    scene: Scene, operation: Operation, name: str, values: list[str]
) -> None:
    for value in values:
        said = refused(scene.rest.get(f"{operation.route}?{name}={value}"), method="GET", path=operation.route)

        assert (said.status, said.code) == (400, "validation_error"), value
        assert said.message.startswith(f"{name}: "), value


@pytest.mark.parametrize("operation", [o for o in operations() if o.parameters], ids=str)
def test_an_id_that_is_none_is_404(scene: Scene, operation: Operation) -> None:
    for strange in STRANGE_IDS:
        path = operation.path(dict.fromkeys(scene.values, strange))
        answer = scene.rest.request(operation.method, path, scene.bodies.get(str(operation)))

        said = refused(answer, method=operation.method, path=unquote(path))
        # The family of events says what is wrong with an id that is none.
        of_places = operation.route.startswith("/v1/bookings/<str:id>") and operation.method in {"GET", "PATCH"}
        assert said.status in ({400, 404} if of_places else {404}), strange


@pytest.mark.parametrize("value", ["", "x", "1", "%00", "00000000-0000-0000-0000-00000000000g", "a" * 3000])
def test_a_bad_current_user_is_400_and_named(scene: Scene, value: str) -> None:
    answer = scene.rest.get("/v1/bookings/me", headers={"X-Current-User-Id": value})

    said = refused(answer, method="GET", path="/v1/bookings/me")
    assert (said.status, said.code) == (400, "validation_error")
    assert said.message.startswith("X-Current-User-Id: ")


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "Bearer x y", "Basic YTpi", "bearer", "Token x", "x" * 10_000, "Bearer é", "Bearer \x01"],
)
def test_a_strange_authorization_is_401(scene: Scene, value: str) -> None:
    answer = Rest(scene.rest.tenant, Authorization=value).get("/v1/clients")

    assert refused(answer, method="GET", path="/v1/clients").status == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_bad_token_is_refused_before_the_body_is_read(scene: Scene) -> None:
    answer = Rest(scene.rest.tenant, "nonsense").request("POST", "/v1/clients", raw=b"not json")

    assert answer.status_code == 401


def test_a_missing_scope_is_refused_before_the_body_is_read(scene: Scene) -> None:
    answer = Rest(scene.rest.tenant, cast.make_token(scopes=["read:staff"])).request(
        "POST", "/v1/clients", raw=b"not json"
    )

    assert answer.status_code == 403


def test_a_page_leads_to_the_next_and_back(scene: Scene) -> None:
    for name in ("Dan D", "Eve E"):
        cast.make_client(name)

    first = scene.rest.get("/v1/clients?limit=2").json()
    second = scene.rest.get(first["next"]).json()

    assert [person["given_name"] for person in first["data"] + second["data"]] == ["Bob", "Dan", "Eve"]
    assert second["next"] is None
    assert scene.rest.get(second["previous"]).json()["data"] == first["data"]


def test_far_too_many_parameters_are_400(scene: Scene) -> None:
    path = "/v1/clients"
    answer = scene.rest.get(f"{path}?{'&'.join(f'k{number}=1' for number in range(1001))}")

    said = refused(answer, method="GET", path=path)
    assert (said.status, said.code) == (400, "bad_request")
