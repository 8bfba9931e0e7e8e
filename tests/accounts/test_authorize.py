"""The log-in and consent pages, and what goes back to the application."""

from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings

from accounts.access.models import Application
from tenants.context import use
from tests.accounts import sign_in_scene as scene
from tests.support.browser import Browser, answered, authorize_path, text_of


@pytest.fixture
def app(north: Any) -> Application:
    return scene.make_web_app()


@pytest.fixture
def browser(north: Any) -> Browser:
    return scene.signed_in(north)


def test_the_whole_way_from_the_link_to_the_code(north: Any, app: Application) -> None:
    scene.make_person()
    browser = Browser(north)
    path = authorize_path("web")

    first = browser.get(path)
    assert first["Location"] == f"/sign-in?{'next=' + quote(path, safe='')}"
    assert "App web" in text_of(browser.get(first["Location"]))
    back = browser.sign_in("maya@example.com", next_page=path)
    assert back["Location"] == path
    page = browser.get(path)
    assert "See your bookings and free slots." in text_of(page)
    assert "app.example.com" in text_of(page)
    assert "maya@example.com" in text_of(page)
    told = answered(browser.post(path, decision="allow"))

    assert (told["state"], told["iss"]) == ("xyz", "http://north.test")
    assert len(told["code"]) >= 30


def test_cancel_tells_the_application_so(browser: Browser, app: Application) -> None:
    told = answered(browser.post(authorize_path("web"), decision="deny"))

    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "xyz", "http://north.test")
    assert "code" not in told


def test_a_decision_of_another_site_does_not_count(browser: Browser, app: Application) -> None:
    browser.django.cookies.pop(settings.CSRF_COOKIE_NAME)

    assert browser.post(authorize_path("web"), decision="allow").status_code == 403


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "read:clients"}, "invalid_scope"),
        ({"scope": "manage:bookings"}, "invalid_scope"),
        ({"scope": "read:bookings manage:bookings"}, "invalid_scope"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"resource": "https://other.example.com/"}, "invalid_target"),
        ({"resource": "nonsense"}, "invalid_target"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_type": None}, "invalid_request"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_may_not_be_asked_goes_back_as_an_error(
    browser: Browser, app: Application, changes: dict[str, str | None], error: str, method: str
) -> None:
    path = authorize_path("web", **changes)

    told = answered(browser.get(path) if method == "get" else browser.post(path, decision="allow"))

    assert "code" not in told
    assert told["iss"] == "http://north.test"
    if changes.get("response_type") != "token":
        assert (told["error"], told["state"]) == (error, "xyz")


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example.com/back",
        "https://app.example.com/back/",
        "https://app.example.com/back?x=1",
        "https://app.example.com/back#x",
        "http://app.example.com/back",
        "https://app.example.com:443/back",
        "https://APP.example.com/back",
        "https://me@app.example.com/back",
        "javascript:alert(1)",
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    north: Any, app: Application, uri: str, *, signed_in: bool
) -> None:
    browser = scene.signed_in(north) if signed_in else Browser(north)

    for extra in ({}, {"prompt": "none"}):
        answer = browser.get(authorize_path("web", redirect_uri=uri, **extra))
        assert uri not in answer.get("Location", "") or answer["Location"].startswith("/sign-in?")
        if signed_in:
            assert answer.status_code == 400
            assert "does not work" in text_of(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/oauth/authorize",
        "/oauth/authorize?client_id=nobody&response_type=code",
        "/oauth/authorize?client_id=web&client_id=web",
        "/oauth/authorize?client_id=%00",
        "/oauth/authorize?client_id=web&scope=%00",
        "/oauth/authorize?client_id=web&state=%ff%fe&x=<>",
        "/oauth/authorize?%%%",
    ],
)
def test_what_makes_no_sense_is_a_readable_page(browser: Browser, app: Application, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code in {302, 400}
    assert answer.status_code == 302 or "does not work" in text_of(answer)


@pytest.mark.parametrize(
    "changes", [{"claims": "["}, {"claims": '{"a": 1}'}, {"nonce": "n" * 400}, {"code_challenge": "a" * 300}]
)
def test_what_is_too_much_or_too_long_is_no_failure_of_ours(
    browser: Browser, app: Application, changes: dict[str, str]
) -> None:
    path = authorize_path("web", **changes)

    assert browser.get(path).status_code == 200
    assert browser.post(path, decision="allow").status_code in {302, 400}


def test_who_agreed_before_is_not_asked_again(north: Any, browser: Browser, app: Application) -> None:
    assert scene.exchange(north, scene.code_for(browser)).status_code == 200

    assert "code" in answered(browser.get(authorize_path("web")))
    assert browser.get(authorize_path("web", prompt="consent")).status_code == 200
    assert browser.get(authorize_path("web", scope="read:bookings write:bookings")).status_code == 200


def test_on_the_persons_own_machine_they_are_always_asked(north: Any, browser: Browser) -> None:
    local = "http://127.0.0.1:9000/back"
    scene.make_web_app("local", redirect_uris=local)
    code = scene.code_for(browser, "local", redirect_uri=local)
    assert scene.exchange(north, code, client_id="local", redirect_uri=local).status_code == 200

    assert browser.get(authorize_path("local", redirect_uri=local)).status_code == 200


def test_an_app_may_have_a_scheme_of_its_own(browser: Browser) -> None:
    scene.make_web_app("phone", redirect_uris="com.example.app:/back")
    path = authorize_path("phone", redirect_uri="com.example.app:/back")

    assert browser.post(path, decision="allow")["Location"].startswith("com.example.app:/back?code=")


def test_prompt_none_never_shows_a_page(north: Any, browser: Browser, app: Application) -> None:
    assert answered(browser.get(authorize_path("web", prompt="none")))["error"] == "consent_required"
    assert answered(Browser(north).get(authorize_path("web", prompt="none")))["error"] == "login_required"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"client_id": "nobody"}, 400),
        ({"redirect_uri": "https://evil.example.com/"}, 400),
        ({"scope": "everything"}, 302),
        ({"code_challenge_method": "plain"}, 302),
    ],
)
def test_what_can_never_go_back_is_refused_before_the_password(
    north: Any, app: Application, changed: dict[str, str], status: int
) -> None:
    """And what would go back to an application waits for the password (RFC 9700, 4.11.2)."""
    answer = Browser(north).get(authorize_path(**{"client_id": "web", **changed}))

    assert answer.status_code == status
    assert status == 400 or answer["Location"].startswith("/sign-in?next=")


def test_prompt_login_asks_for_the_password_again(browser: Browser, app: Application) -> None:
    answer = browser.get(authorize_path("web", prompt="login"))

    assert answer["Location"].startswith("/sign-in?next=")
    assert "prompt" not in answer["Location"]


def test_not_you_signs_out_and_comes_back_here(browser: Browser, app: Application) -> None:
    path = authorize_path("web")
    page = browser.get(path).content.decode()
    assert 'action="/sign-out?next=' in page

    answer = browser.post(f"/sign-out?next={quote(path, safe='')}")

    assert answer["Location"] == path
    assert browser.get(path)["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example.com/", "//evil.example.com", "javascript:alert(1)", "/\\evil.com"]
)
def test_signing_in_leads_to_no_other_site(north: Any, elsewhere: str) -> None:
    scene.make_person()

    assert Browser(north).sign_in("maya@example.com", next_page=elsewhere)["Location"] == "/account"


def test_a_session_ends_at_its_tenant(north: Any, south: Any, browser: Browser, app: Application) -> None:
    with use(south):
        scene.make_web_app()
    stranger = Browser(south)
    stranger.django.cookies = browser.django.cookies

    assert stranger.get(authorize_path("web"))["Location"].startswith("/sign-in")


def test_the_policy_of_the_pages_lets_their_forms_lead_to_the_application(
    north: Any, browser: Browser, app: Application
) -> None:
    path = authorize_path("web")
    for page in (browser.get(path), Browser(north).get(Browser(north).get(path)["Location"])):
        assert page._csp_replace == {"form-action": ["'self'", "https://app.example.com"]}


def test_a_wrong_password_says_so_and_nothing_more(north: Any) -> None:
    scene.make_person()

    for email in ("maya@example.com", "nobody@example.com"):
        page = text_of(Browser(north).sign_in(email, "wrong"))
        assert "Please enter a correct email and password" in page


def test_the_pages_need_no_script_and_tell_nobody(browser: Browser, app: Application) -> None:
    for path in ("/sign-in", "/account", authorize_path("web"), "/oauth/authorize?client_id=x"):
        answer = browser.get(path)
        page = answer.content.decode()
        assert "<script" not in page
        assert "style=" not in page
        assert "<style" not in page
        assert answer["Referrer-Policy"] == "same-origin", path
        assert "no-store" in answer["Cache-Control"], path
