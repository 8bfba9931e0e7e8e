"""What has ended is removed, in every tenant and for the operators; what is still needed stays."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_grant_model, get_refresh_token_model
from oauth2_provider.settings import oauth2_settings

from accounts import tasks
from accounts.access.models import AccountMail
from accounts.models import User
from accounts.rules import MailPurpose, MailState
from accounts.services import forget_expired as service
from tenants import rounds
from tenants.context import current_schema, use, use_public
from tenants.models import Tenant
from tenants.services.set_status import set_status
from tests.accounts import sign_in_scene as scene
from tests.support import cast

AccessToken, Grant, RefreshToken = get_access_token_model(), get_grant_model(), get_refresh_token_model()

MONTH = timedelta(days=30)
HOUR = timedelta(hours=1)


def _session(expires: datetime) -> str:
    key = uuid.uuid4().hex
    Session.objects.create(session_key=key, session_data="", expire_date=expires)
    return key


def _age(by: timedelta) -> None:
    """Everything of OAuth that there is happened so much earlier."""
    for token in AccessToken.objects.all():
        AccessToken.objects.filter(pk=token.pk).update(expires=token.expires - by)
    for refreshed in RefreshToken.objects.exclude(revoked=None):
        RefreshToken.objects.filter(pk=refreshed.pk).update(revoked=refreshed.revoked - by)


def test_ended_sessions_go_and_open_ones_stay(north: Any) -> None:
    now = timezone.now()
    _session(now - timedelta(seconds=1))
    opened = _session(now + timedelta(seconds=1))

    service.forget_expired(now=now)

    assert [session.session_key for session in Session.objects.all()] == [opened]


def test_expired_codes_and_tokens_of_services_go(north: Any) -> None:
    user, application = scene.make_person(), scene.make_web_app()
    now = timezone.now()
    for code, expires in (("late", now - HOUR), ("fresh", now + HOUR)):
        Grant.objects.create(user=user, application=application, code=code, expires=expires, redirect_uri=scene.BACK)
    cast.make_token()
    AccessToken.objects.update(expires=now - HOUR)
    cast.make_token()
    valid = AccessToken.objects.latest("pk").pk

    service.forget_expired(now=now)

    assert [grant.code for grant in Grant.objects.all()] == ["fresh"]
    assert [token.pk for token in AccessToken.objects.all()] == [valid]


def test_a_refresh_token_outlives_its_access_token_by_a_month(north: Any) -> None:
    told = scene.tokens(north)
    _age(HOUR + MONTH - HOUR)  # the access token ended almost a month ago

    service.forget_expired(now=timezone.now())
    fresh = scene.refresh(north, told["refresh_token"])
    assert fresh.status_code == 200, fresh.content

    _age(HOUR + MONTH + HOUR)
    service.forget_expired(now=timezone.now())

    assert not RefreshToken.objects.exists()
    assert not AccessToken.objects.exists()


def test_the_second_use_of_a_rotated_token_is_still_noticed(north: Any) -> None:
    """Removed as soon as it was revoked, it would be an unknown token, and the thief's would go on."""
    stolen = scene.tokens(north)["refresh_token"]
    current = scene.refresh(north, stolen).json()
    _age(timedelta(days=29))
    AccessToken.objects.update(expires=timezone.now() + HOUR)

    service.forget_expired(now=timezone.now())

    assert scene.refresh(north, stolen).status_code == 400
    assert scene.refresh(north, current["refresh_token"]).status_code == 400
    assert not RefreshToken.objects.filter(revoked=None).exists()


def test_of_mails_only_the_last_invitation_stays(north: Any) -> None:
    now = timezone.now()
    user = User.objects.create_user("new@example.com", None)

    def mail(purpose: MailPurpose, state: MailState, age: timedelta) -> Any:
        return AccountMail.objects.create(
            purpose=purpose, user=user, state=state, created_at=now - age, due_at=now - age
        ).pk

    old = timedelta(days=31)
    mail(MailPurpose.INVITATION, MailState.SENT, old + 2 * HOUR)
    mail(MailPurpose.INVITATION, MailState.DEAD, old + HOUR)
    last = mail(MailPurpose.INVITATION, MailState.SENT, old)
    mail(MailPurpose.PASSWORD_RESET, MailState.SENT, timedelta(days=1, seconds=1))
    recent = mail(MailPurpose.PASSWORD_RESET, MailState.SENT, timedelta(hours=23))

    service.forget_expired(now=now)

    assert set(AccountMail.objects.values_list("pk", flat=True)) == {last, recent}


def _everywhere(north: Any, south: Any, what: Callable[[], object]) -> list[object]:
    """What is so in north, south and public."""
    found = []
    for place in (use(north), use(south), use_public()):
        with place:
            found.append(what())
    return found


def test_the_task_reaches_operators_and_suspended_tenants(north: Any, south: Any) -> None:
    past = timezone.now() - HOUR
    _everywhere(north, south, lambda: _session(past))
    with use_public():
        set_status(slug="south", status=Tenant.Status.SUSPENDED)

    tasks.forget_expired()

    assert _everywhere(north, south, Session.objects.count) == [0, 0, 0]
    assert current_schema() == north.schema_name


@pytest.mark.parametrize("broken", ["north", "south"])
def test_one_tenants_trouble_is_not_the_others(
    north: Any, south: Any, monkeypatch: pytest.MonkeyPatch, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    past = timezone.now() - HOUR
    _everywhere(north, south, lambda: _session(past))
    schema = {"north": north, "south": south}[broken].schema_name
    real = service.forget_expired

    def fails_in_one(*, now: datetime) -> None:
        if current_schema() == schema:
            raise DatabaseError("behind")
        real(now=now)

    monkeypatch.setattr("accounts.tasks.forget_expired_here", fails_in_one)

    tasks.forget_expired()

    left = dict(zip(("north", "south", "public"), _everywhere(north, south, Session.objects.count), strict=True))
    assert left == {"north": 0, "south": 0, "public": 0} | {broken: 1}
    assert f"what is expired failed in {broken}" in caplog.text


def test_it_stops_before_its_time_limit(
    north: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rounds, "SECONDS", -1.0)
    _session(timezone.now() - HOUR)

    tasks.forget_expired()

    assert Session.objects.count() == 1
    assert "time for 0 of" in caplog.text


def test_many_are_removed_in_batches(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch costs the same queries, however many rows it has; none is larger than it may be."""
    monkeypatch.setattr(service, "BATCH", 50)
    monkeypatch.setattr(oauth2_settings, "CLEAR_EXPIRED_TOKENS_BATCH_SIZE", 50)
    application, now = cast.make_application(), timezone.now()

    def queries(rows: int) -> int:
        for number in range(rows):
            _session(now - HOUR)
            AccessToken.objects.create(token=f"{rows}-{number}", application=application, scope="", expires=now - HOUR)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            service.forget_expired(now=now)
        assert not Session.objects.exists()
        assert not AccessToken.objects.exists()
        return len(asked)

    few, full, three = queries(1), queries(49), queries(149)
    assert few == full
    assert three - few <= 2 * 15, "two more batches of each"


def test_it_is_planned_each_hour(settings: Any) -> None:
    planned = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert planned[tasks.forget_expired.name] == 3600.0
