"""Each answer has the policy of its area: generated from the URLconfs, so that none is forgotten."""

from typing import Any

import pytest
from csp.utils import build_policy
from django.test import Client
from django.urls import Resolver404, resolve

from accounts import content_policy
from accounts.models import User
from accounts.rules import Role
from config.urls import platform, tenant
from tests.security.addresses import addresses

HEADER = "Content-Security-Policy"
ANSWER, PAGE, ADMIN, DOCUMENTATION = "answer", "page", "admin", "documentation"
REDOC, MAIL, FRAMING = "redoc", "mail", "framing"


def directives(header: str) -> dict[str, list[str]]:
    return {name: words for name, *words in (part.split() for part in header.split("; "))}


POLICIES = {
    name: directives(build_policy(policy))
    for name, policy in (
        (ANSWER, content_policy.ANSWER),
        (PAGE, content_policy.PAGE),
        (ADMIN, content_policy.ADMIN),
        (DOCUMENTATION, content_policy.DOCUMENTATION),
        (REDOC, content_policy.REDOC),
        (MAIL, content_policy.MAIL),
        (FRAMING, {**content_policy.ADMIN, "frame-src": ["'self'"]}),
    )
}


def policy_of(answer: Any) -> str:
    """Its name. Fails for an answer without one, or with one that is none of ours."""
    found = directives(answer[HEADER])
    return next((name for name, policy in POLICIES.items() if policy == found), "none of ours")


# For a page (an answer of HTML) by its first matching beginning. What is not HTML has that of an answer, or its page's.
AREAS = (
    ("/admin/notifications/template/", {ADMIN, PAGE, FRAMING, MAIL}),  # MAIL: what stands in the preview's frame
    ("/admin/", {ADMIN, PAGE}),  # PAGE: its error pages
    ("/docs/redoc/", {REDOC}),
    ("/docs/errors", {PAGE}),
    ("/docs/", {DOCUMENTATION}),
    ("/v1/", {ANSWER}),
    ("/openapi/", {ANSWER}),
    ("/oauth/token", {ANSWER}),
    ("/", {ANSWER, PAGE}),
)


def expected(path: str) -> set[str]:
    return next(policies for beginning, policies in AREAS if path.startswith(beginning))


@pytest.fixture
def administrator(north: Any) -> Client:
    from accounts.access.models import Membership

    user = User.objects.create_user("admin@north.test", "a password", is_staff=True)
    Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def assert_policies(client: Client, urlconf: str, *, host: str, method: str = "get") -> None:
    for path in addresses(urlconf):
        answer = getattr(client, method)(path, headers={"Host": host})
        assert policy_of(answer) in expected(path), (path, answer[HEADER])
        assert answer.status_code != 500, path
        if answer.content and answer["Content-Type"].startswith("text/html"):
            assert policy_of(answer) != ANSWER, f"{path} is a page that could show nothing"


def test_every_address_of_a_tenant(administrator: Client) -> None:
    assert_policies(administrator, "config.urls.tenant", host="north.test")


@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_every_address_of_a_tenant_for_nobody(db: None, method: str) -> None:
    assert_policies(Client(raise_request_exception=False), "config.urls.tenant", host="north.test", method=method)


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_of_the_platform(db: None, method: str) -> None:
    assert_policies(Client(raise_request_exception=False), "config.urls.platform", host="localhost", method=method)


@pytest.mark.parametrize(("urlconf", "at_least"), [("config.urls.tenant", 100), ("config.urls.platform", 30)])
def test_the_addresses_are_found(urlconf: str, at_least: int) -> None:
    found = addresses(urlconf)
    assert len(found) >= at_least
    for path in found:
        try:
            resolve(path, urlconf=urlconf)
        except Resolver404:
            pytest.fail(f"{path} was filled in wrongly: say in addresses.py what its pattern matches")


@pytest.mark.parametrize(
    ("path", "headers", "status", "policy"),
    [
        ("/nothing", {"Host": "north.test"}, 404, PAGE),
        ("/v1/nothing", {"Host": "north.test"}, 404, ANSWER),
        ("/v1/coaches", {"Host": "nobody.test"}, 404, ANSWER),
        ("/nothing", {"Host": "nobody.test"}, 404, PAGE),
        ("/admin/", {"Host": "evil.example"}, 404, PAGE),
        ("/v1/coaches", {"Host": "localhost"}, 400, ANSWER),
        ("/admin/?x=%00", {"Host": "north.test"}, 400, PAGE),
        ("/", {"Host": "north.test"}, 302, ANSWER),
        ("/docs", {"Host": "north.test"}, 301, ANSWER),
        ("/livez", {"Host": "10.0.0.1"}, 200, ANSWER),
        ("/readyz", {"Host": "10.0.0.1"}, 200, ANSWER),
        ("/static/slotkeeper/favicon.svg", {"Host": "north.test"}, 200, ANSWER),
    ],
)
def test_refusals_redirects_health_and_files(
    administrator: Client, path: str, headers: dict[str, str], status: int, policy: str
) -> None:
    answer = administrator.get(path, headers=headers)
    answer.close()
    assert (answer.status_code, policy_of(answer)) == (status, policy)


@pytest.mark.parametrize(("path", "policy"), [("/admin/", PAGE), ("/v1/coaches", ANSWER)])
def test_an_error_of_ours(db: None, monkeypatch: pytest.MonkeyPatch, path: str, policy: str) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_request", broken)
    answer = Client(raise_request_exception=False).get(path, headers={"Host": "north.test"})
    assert (answer.status_code, policy_of(answer)) == (500, policy)


@pytest.mark.parametrize("path", ["/v1/nothing", "/livez"])
def test_development_has_it_too(db: None, settings: Any, path: str) -> None:
    """django-csp leaves it out of each 404 there."""
    settings.DEBUG = True
    assert policy_of(Client().get(path, headers={"Host": "north.test"})) == ANSWER


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_starts_from_nothing(policy: str) -> None:
    found = POLICIES[policy]
    assert found["default-src"] == ["'none'"]  # so object-src, frame-src, manifest-src and the like too
    assert found["base-uri"] == ["'none'"]
    assert found["frame-ancestors"] == (["'self'"] if policy == MAIL else ["'none'"])
    assert found["form-action"] in (["'none'"], ["'self'"])
    assert found.get("script-src", ["'self'"]) == (["'none'"] if policy == MAIL else ["'self'"]), (
        "no inline script, no eval, no other host"
    )
    words = {word for name, sources in found.items() if name != "style-src" for word in sources}
    # Pictures of a mail come from where its writer has them; nothing else does.
    assert words <= {"'none'", "'self'", "data:", "blob:"} | ({"https:"} if policy == MAIL else set())
    styles = {REDOC: ["'self'", "'unsafe-inline'"], MAIL: ["'unsafe-inline'"]}.get(policy, ["'self'"])
    assert found.get("style-src", ["'self'"]) == styles


def test_both_urlconfs_are_the_ones_in_use(settings: Any) -> None:
    assert (tenant.__name__, platform.__name__) == (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF)
