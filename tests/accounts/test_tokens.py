"""Codes and refresh tokens: used once, by whom they are for."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.db import transaction
from oauth2_provider.models import get_access_token_model, get_refresh_token_model

from accounts.access.models import Application
from accounts.models import User
from tenants.context import use
from tests.accounts import sign_in_scene as scene
from tests.support.browser import VERIFIER
from tests.support.http import Rest

AccessToken = get_access_token_model()
RefreshToken = get_refresh_token_model()


def _opens(tenant: Any, token: str) -> bool:
    """Whether it is known: a user without a person meets 403, an unknown token 401."""
    status: int = Rest(tenant, token).get("/v1/bookings/me").status_code
    return status != 401


def test_a_code_buys_tokens(north: Any) -> None:
    told = scene.tokens(north)

    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 3600, "read:bookings")
    assert _opens(north, told["access_token"])
    assert told["access_token"] not in repr(list(AccessToken.objects.values()))
    assert told["refresh_token"] not in repr(list(RefreshToken.objects.values()))


def test_a_token_of_a_person_never_carries_scopes_of_services(north: Any) -> None:
    scene.make_web_app()
    code = scene.code_for(scene.signed_in(north), scope=None)

    assert scene.exchange(north, code).json()["scope"] == "read:bookings write:bookings"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": VERIFIER[::-1]}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "https://app.example.com/other"}, "invalid_request"),
        ({"code": "nonsense"}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_grant"),
        ({"client_id": "nobody"}, "invalid_client"),
    ],
)
def test_a_code_is_worth_nothing_to_others(north: Any, changes: dict[str, str], error: str) -> None:
    scene.make_web_app()
    scene.make_web_app("other")
    code = scene.code_for(scene.signed_in(north))

    answer = scene.exchange(north, changes.pop("code", code), **changes)

    assert answer.status_code in {400, 401}
    assert answer.json()["error"] == error
    assert not AccessToken.objects.exists()


def test_a_confidential_application_must_show_its_secret(north: Any) -> None:
    scene.make_web_app(public=False)
    code = scene.code_for(scene.signed_in(north))

    assert scene.exchange(north, code).json()["error"] == "invalid_client"
    assert scene.exchange(north, code, client_secret="wrong").json()["error"] == "invalid_client"
    assert scene.exchange(north, code, client_secret=scene.SECRET).status_code == 200


def test_a_code_expires_after_a_minute(north: Any) -> None:
    scene.make_web_app()
    code = scene.code_for(scene.signed_in(north))

    with time_machine.travel(datetime.now(tz=UTC) + timedelta(seconds=61)):
        assert scene.exchange(north, code).json()["error"] == "invalid_grant"


def test_a_code_used_twice_ends_what_it_bought(north: Any) -> None:
    scene.make_web_app()
    code = scene.code_for(scene.signed_in(north))
    told = scene.exchange(north, code).json()

    assert scene.exchange(north, code).json()["error"] == "invalid_grant"

    assert not _opens(north, told["access_token"])
    assert scene.refresh(north, told["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_code_ends_at_its_tenant(north: Any, south: Any) -> None:
    scene.make_web_app()
    with use(south):
        scene.make_web_app()
    code = scene.code_for(scene.signed_in(north))

    assert scene.exchange(south, code).json()["error"] == "invalid_grant"


def test_refreshing_rotates_both_tokens(north: Any) -> None:
    old = scene.tokens(north)

    new = scene.refresh(north, old["refresh_token"]).json()

    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] != old["refresh_token"]
    assert _opens(north, new["access_token"])
    assert not _opens(north, old["access_token"])


def test_a_refresh_token_used_twice_ends_the_family(north: Any) -> None:
    first = scene.tokens(north)
    second = scene.refresh(north, first["refresh_token"]).json()

    assert scene.refresh(north, first["refresh_token"]).json()["error"] == "invalid_grant"

    assert not _opens(north, second["access_token"])
    assert scene.refresh(north, second["refresh_token"]).json()["error"] == "invalid_grant"


def test_refreshing_gives_no_more_scopes(north: Any) -> None:
    told = scene.tokens(north)

    answer = scene.refresh(north, told["refresh_token"], scope="read:bookings write:bookings")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_refresh_token_of_one_application_is_nothing_to_another(north: Any) -> None:
    told = scene.tokens(north)
    scene.make_web_app("other")

    assert scene.refresh(north, told["refresh_token"], client_id="other").json()["error"] == "invalid_grant"
    assert scene.refresh(north, told["refresh_token"]).status_code == 200


def test_what_was_taken_from_the_application_is_not_given_again(north: Any) -> None:
    scene.make_web_app()
    browser = scene.signed_in(north)
    told = scene.exchange(north, scene.code_for(browser, scope="read:bookings write:bookings")).json()
    code = scene.code_for(browser, scope="read:bookings write:bookings")
    Application.objects.update(scopes=["read:bookings"])

    again = scene.refresh(north, told["refresh_token"]).json()
    assert again["scope"] == "read:bookings"
    assert scene.exchange(north, code).json()["scope"] == "read:bookings"
    assert scene.refresh(north, again["refresh_token"], scope="write:bookings").json()["error"] == "invalid_scope"

    Application.objects.update(scopes=["read:office-hours"])
    assert scene.refresh(north, again["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_application_that_became_a_service_goes_on_for_nobody(north: Any) -> None:
    told = scene.tokens(north)
    Application.objects.update(authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS)

    assert scene.refresh(north, told["refresh_token"]).json()["error"] == "invalid_grant"


def test_after_a_month_away_one_signs_in_again(north: Any) -> None:
    told = scene.tokens(north)

    with time_machine.travel(datetime.now(tz=UTC) + timedelta(days=30, hours=1, minutes=1)):
        assert scene.refresh(north, told["refresh_token"]).json()["error"] == "invalid_grant"


def test_who_is_switched_off_is_out_at_once(north: Any) -> None:
    scene.make_web_app()
    browser = scene.signed_in(north)
    told = scene.exchange(north, scene.code_for(browser)).json()
    code = scene.code_for(browser)

    User.objects.update(is_active=False)

    assert not _opens(north, told["access_token"])
    assert scene.refresh(north, told["refresh_token"]).json()["error"] == "invalid_grant"
    assert scene.exchange(north, code).json()["error"] == "invalid_grant"


def test_a_new_password_ends_sessions_and_tokens(north: Any) -> None:
    scene.make_web_app()
    browser = scene.signed_in(north)
    told = scene.exchange(north, scene.code_for(browser)).json()
    user = User.objects.get()

    user.set_password("another password")
    user.save()

    assert not _opens(north, told["access_token"])
    assert scene.refresh(north, told["refresh_token"]).json()["error"] == "invalid_grant"
    assert browser.get("/account")["Location"].startswith("/sign-in")


@pytest.mark.parametrize("what", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense", ""])
def test_revoking_either_ends_both(north: Any, what: str, hint: str) -> None:
    told = scene.tokens(north)

    answer = scene.post_form(north, "/oauth/revoke", token=told[what], client_id="web", token_type_hint=hint)

    assert (answer.status_code, answer.content) == (200, b"")
    assert not _opens(north, told["access_token"])
    assert scene.refresh(north, told["refresh_token"]).json()["error"] == "invalid_grant"


def test_nobody_revokes_the_tokens_of_another_application(north: Any) -> None:
    told = scene.tokens(north)
    scene.make_web_app("other")

    answer = scene.post_form(north, "/oauth/revoke", token=told["access_token"], client_id="other")

    assert answer.status_code == 200
    assert _opens(north, told["access_token"])


def test_two_at_once_with_one_refresh_token_get_one_answer(own_database: str) -> None:
    """The second waits for the first and then finds the token used: never two families, never empty tokens."""
    from tenants.context import activate
    from tenants.resolution import resolve
    from tests.support.committed import in_threads

    north = resolve(host="north.test", number=None)
    assert north is not None
    activate(north)
    told = scene.tokens(north)

    answers = in_threads(*[lambda: scene.refresh(north, told["refresh_token"])] * 2)

    assert sorted(answer.status_code for answer in answers) == [200, 400]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert won["access_token"]
    assert won["refresh_token"]
    assert RefreshToken.objects.filter(revoked=None).count() == 0


def test_two_at_once_with_one_code_get_one_answer(own_database: str) -> None:
    from tenants.context import activate
    from tenants.resolution import resolve
    from tests.support.committed import in_threads

    north = resolve(host="north.test", number=None)
    assert north is not None
    activate(north)
    scene.make_web_app()
    code = scene.code_for(scene.signed_in(north))

    answers = in_threads(*[lambda: scene.exchange(north, code)] * 2)

    assert sorted(answer.status_code for answer in answers) == [200, 400]


def _way_to_tokens(north: Any, way: str) -> Callable[[], Any]:
    """Signs a person in; answers the call that gets (more) tokens."""
    if way == "refresh":
        told = scene.tokens(north)
        return lambda: scene.refresh(north, told["refresh_token"])
    scene.make_web_app()
    code = scene.code_for(scene.signed_in(north))
    return lambda: scene.exchange(north, code)


@pytest.mark.parametrize("way", ["refresh", "code"])
def test_a_new_password_ends_tokens_that_are_just_being_issued(
    own_database: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.oauth_validator import Validator
    from tenants.context import activate
    from tenants.resolution import resolve
    from tests.support.committed import in_threads

    north = resolve(host="north.test", number=None)
    assert north is not None
    activate(north)
    issue = _way_to_tokens(north, way)
    issued, save = Event(), Validator.save_bearer_token

    def slowly(*args: Any, **kwargs: Any) -> None:
        save(*args, **kwargs)
        issued.set()
        time.sleep(0.25)  # and then it commits

    monkeypatch.setattr(Validator, "save_bearer_token", slowly)

    def set_password() -> None:
        with use(north):
            user = User.objects.get()
            user.set_password("another password")
            assert issued.wait(10)
            user.save()

    answer, _ = in_threads(issue, set_password)

    # A refresh is held by the lock of the person's row alone; a code's own row would do as well.
    assert answer.status_code == 200
    assert not _opens(north, answer.json()["access_token"])
    assert not RefreshToken.objects.filter(revoked=None).exists()


@pytest.mark.parametrize("way", ["refresh", "code"])
def test_no_tokens_are_issued_while_a_new_password_is_being_set(own_database: str, way: str) -> None:
    """As the page behind a mail's link does it, which holds the person's row from its beginning."""
    from tenants.context import activate
    from tenants.resolution import resolve
    from tests.support.committed import in_threads

    north = resolve(host="north.test", number=None)
    assert north is not None
    activate(north)
    issue = _way_to_tokens(north, way)
    held = Event()

    def set_password() -> None:
        with use(north), transaction.atomic():
            user = User.objects.select_for_update().get()
            held.set()
            time.sleep(0.25)
            user.set_password("another password")
            user.save()

    def issue_meanwhile() -> Any:
        assert held.wait(10)
        return issue()

    answer, _ = in_threads(issue_meanwhile, set_password)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.filter(revoked=None).exists()
