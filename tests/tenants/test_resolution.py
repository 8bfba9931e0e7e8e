"""Which tenant a request is for. All that names one must agree; nothing falls back to `public`."""

from typing import Any

import pytest

from tenants.context import use_public
from tenants.models import Domain, Tenant
from tenants.services.set_status import set_status
from tests.support import cast
from tests.support.http import Rest

PLATFORM_HOSTS = ["localhost", "127.0.0.1", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]", "LOCALHOST"]


@pytest.fixture
def token(north: Any) -> str:
    return cast.make_token()


def _get(tenant: Any, token: str, host: str, **headers: str) -> Any:
    return Rest(tenant, token).get("/v1/clients", host=host, headers=headers)


def _code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("host", ["north.test", "north.test:8000", "NORTH.test", "north.test:1"])
def test_the_host_names_it(north: Any, token: str, host: str) -> None:
    assert _get(north, token, host).status_code == 200


@pytest.mark.parametrize("host", PLATFORM_HOSTS)
def test_on_the_platforms_host_the_header_names_it(north: Any, token: str, host: str) -> None:
    assert _get(north, token, host, **{"X-Tenant": str(north.number)}).status_code == 200


def test_host_and_header_may_say_the_same(north: Any, token: str) -> None:
    assert _get(north, token, "north.test", **{"X-Tenant": str(north.number)}).status_code == 200


def test_host_and_header_that_differ_are_refused(north: Any, south: Any, token: str) -> None:
    for host, tenant in (("north.test", south), ("south.test", north)):
        answer = _get(north, token, host, **{"X-Tenant": str(tenant.number)})

        assert _code(answer) == (403, "tenant_mismatch")


@pytest.mark.parametrize("host", ["unknown.test", "www.north.test", "xnorth.test", "public", "evil.example.com", ""])
def test_an_unknown_host_is_404(north: Any, token: str, host: str) -> None:
    assert _get(north, token, host or " ").status_code == 404


@pytest.mark.parametrize("host", ["evil.example.com", "north.test/x", "north.test@evil", "north..test", "a" * 300])
def test_nor_does_the_header_help_an_unknown_host(north: Any, token: str, host: str) -> None:
    answer = _get(north, token, host, **{"X-Tenant": str(north.number)})

    assert _code(answer) == (404, "unknown_tenant")


@pytest.mark.parametrize(
    "number", ["1", "0", "9" * 10, "9" * 11, "9" * 400, "", " ", "x", "north", "-1", "1001.0",
                "0x3e9", "١٠٠١", "²", "+1001"]
)  # fmt: skip
@pytest.mark.parametrize("host", ["localhost", "north.test"])
def test_an_unknown_number_is_404(north: Any, token: str, number: str, host: str) -> None:
    assert _code(_get(north, token, host, **{"X-Tenant": number})) == (404, "unknown_tenant")


@pytest.mark.parametrize("path", ["/v1/clients", "/v1/nothing", "/oauth/token", "/nothing"])
def test_on_the_platforms_host_with_neither_it_is_400(north: Any, token: str, path: str) -> None:
    answer = Rest(north, token).get(path, host="localhost")

    assert answer.status_code == 400
    assert b"tenant_required" in answer.content or b"No tenant is named" in answer.content


def test_a_repeated_header_is_400(north: Any, south: Any, token: str) -> None:
    for joined in (f"{north.number},{north.number}", f"{north.number}, {south.number}", ","):
        assert _code(_get(north, token, "localhost", **{"X-Tenant": joined})) == (400, "repeated_header")


def test_a_suspended_tenant_is_403_until_it_is_resumed(north: Any, token: str) -> None:
    with use_public():
        set_status(slug="north", status=Tenant.Status.SUSPENDED)
    for host, headers in (("north.test", {}), ("localhost", {"X-Tenant": str(north.number)})):
        assert _code(_get(north, token, host, **headers)) == (403, "tenant_suspended")
    assert Rest(north).get("/admin/").status_code == 403

    with use_public():
        set_status(slug="north", status=Tenant.Status.ACTIVE)
    assert _get(north, token, "north.test").status_code == 200


def test_a_suspended_tenant_does_not_show_whether_a_token_is_right(north: Any, token: str) -> None:
    with use_public():
        set_status(slug="north", status=Tenant.Status.SUSPENDED)

    assert _get(north, token, "north.test").content[:60] == _get(north, "wrong", "north.test").content[:60]


def test_a_suspended_tenant_does_not_touch_another(north: Any, south: Any) -> None:
    with use_public():
        set_status(slug="south", status=Tenant.Status.SUSPENDED)

    assert _get(north, cast.make_token(), "north.test").status_code == 200


def test_public_and_platform_pages_are_no_tenants(north: Any) -> None:
    for host, status in (("localhost", 302), ("north.test", 302)):
        assert Rest(north).get("/admin/", host=host).status_code == status
    assert Rest(north).get("/docs/", host="localhost").status_code == 200


def test_a_resolved_tenant_is_looked_up_once_in_a_while(north: Any, token: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _get(north, token, "north.test")
    with CaptureQueriesContext(connection) as queries:
        _get(north, token, "north.test")

    assert not [query for query in queries.captured_queries if "tenants_" in query["sql"]]


@pytest.fixture
def kids(north: Any) -> Any:
    """A second brand of north with a host of its own."""
    brand = cast.make_brand("kids")
    with use_public():
        tenant = Tenant.objects.get(slug="north")
        Domain.objects.create(tenant=tenant, domain="kids.test", is_primary=False, brand_id=brand.pk)
    return brand


def _names(answer: Any) -> list[str]:
    return [person["given_name"] for person in answer.json()["data"]]


def test_a_host_may_name_a_brand(north: Any, kids: Any) -> None:
    cast.make_client("Kim Kids", brand=kids)
    cast.make_client("Max Main")
    for token in (cast.make_token(), cast.make_token(brand=kids)):
        assert _names(_get(north, token, "kids.test")) == ["Kim"]


def test_a_host_of_one_brand_and_an_application_of_another_do_not_agree(north: Any, kids: Any) -> None:
    answer = _get(north, cast.make_token(brand=cast.main_brand()), "kids.test")
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_brand")


def test_without_a_brand_of_the_host_it_is_the_client_applications(north: Any, kids: Any) -> None:
    cast.make_client("Kim Kids", brand=kids)
    cast.make_client("Max Main")

    assert _names(_get(north, cast.make_token(brand=kids), "north.test")) == ["Kim"]


def test_without_either_it_is_the_tenants_default(north: Any, kids: Any) -> None:
    cast.make_client("Kim Kids", brand=kids)
    cast.make_client("Max Main")

    assert _names(_get(north, cast.make_token(), "north.test")) == ["Max"]
