"""Invitations and forgotten passwords: the mail arrives whatever happens, its link works once and here alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail as outbox
from django.utils import timezone

from accounts.access.models import AccountMail
from accounts.links import make_token
from accounts.models import User
from accounts.rules import Invitation, MailPurpose, invitation_status, mail_retry
from accounts.services.plan_account_mail import forgot_password, invite
from accounts.services.send_account_mails import claim, send_account_mails
from tenants.audit.models import AuditEntry
from tenants.context import use
from tests.support.browser import Browser, text_of
from tests.support.smtp import Post, free_port, smtp_server

NEW = "a-brand-new-password-1"


@pytest.fixture
def person(north: Any) -> User:
    return User.objects.create_user("maya@example.com", "a password", name="Maya", is_staff=True)


@pytest.fixture
def invited(north: Any) -> User:
    user = User.objects.create_user("new@example.com", None, is_staff=True)
    invite(user=user, now=timezone.now())
    return user


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    with smtp_server() as server:
        _use(settings, server.port)
        yield server


def _use(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.email.smtp_backends.WatchedBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1


def _ask(tenant: Any, address: str, *, host: str | None = None) -> Any:
    browser = Browser(tenant, host=host)
    browser.get("/password/forgot")
    return browser.post("/password/forgot", email=address)


def _link() -> str:
    """Of the last mail, as its reader would follow it: without the host."""
    assert send_account_mails() >= 1
    found = re.search(r"http://north\.test:\d+(/\S+)", str(outbox.outbox[-1].body))
    assert found, outbox.outbox[-1].body
    return found[1]


def _set(browser: Browser, link: str, **form: str) -> Any:
    moved = browser.get(link)
    assert moved.status_code == 302
    assert "token" not in moved["Location"]
    browser.get(moved["Location"])
    return browser.post(moved["Location"], **{"new_password1": NEW, "new_password2": NEW, **form})


def test_a_forgotten_password_is_set_anew(north: Any, person: User) -> None:
    assert _ask(north, "Maya@Example.com")["Location"] == "/password/forgot/sent"
    assert not outbox.outbox  # nothing leaves with the request

    answer = _set(Browser(north), _link())

    assert answer["Location"] == "/password/set"
    assert outbox.outbox[0].to == ["maya@example.com"]
    assert Browser(north).sign_in("maya@example.com", NEW)["Location"] == "/account"
    assert AccountMail.objects.get().address == ""


def test_an_invitation_leads_into_the_admin(north: Any, invited: User) -> None:
    browser = Browser(north)

    answer = _set(browser, _link(), name="Nina New")

    assert answer["Location"] == "/admin/"
    invited.refresh_from_db()
    assert invited.name == "Nina New"
    assert browser.get("/admin/").status_code == 200
    assert "North" in outbox.outbox[0].subject


def test_the_audit_says_who_used_the_link(north: Any, person: User, invited: User) -> None:
    _set(Browser(north), _link(), name="Nina New")
    outbox.outbox.clear()
    _ask(north, person.email)
    _set(Browser(north), _link())

    for user in (invited, person):
        entry = AuditEntry.objects.filter(subject_id=str(user.pk), fields__contains=["password"]).first()
        assert entry is not None
        assert (entry.operation, entry.actor) == ("update", f"user:{user.pk}")
        assert entry.request_id


def test_a_link_works_once(north: Any, person: User) -> None:
    _ask(north, person.email)
    link = _link()
    _set(Browser(north), link)

    late = Browser(north)
    late.get("/sign-in")
    assert late.get(link).status_code == 404
    assert late.post("/password/new", new_password1="x", new_password2="x").status_code == 404


def test_following_the_link_changes_nothing(north: Any, person: User) -> None:
    _ask(north, person.email)
    link = _link()
    for _ in range(3):
        scanner = Browser(north)
        page = scanner.get(scanner.get(link)["Location"])
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"

    assert _set(Browser(north), link)["Location"] == "/password/set"


@pytest.mark.parametrize(
    ("purpose", "path", "lifetime"),
    [
        (MailPurpose.PASSWORD_RESET, "/password/new", timedelta(hours=1)),
        (MailPurpose.INVITATION, "/invitation", timedelta(days=7)),
    ],
)
def test_a_link_expires(north: Any, person: User, purpose: MailPurpose, path: str, lifetime: timedelta) -> None:
    token = make_token(user=person, purpose=purpose)
    now = datetime.now(tz=UTC)

    with time_machine.travel(now + lifetime - timedelta(seconds=5)):
        browser = Browser(north)
        browser.get(f"{path}?token={token}")
        assert browser.get(path).status_code == 200
    with time_machine.travel(now + lifetime + timedelta(seconds=2)):
        browser = Browser(north)
        page = browser.get(f"{path}?token={token}")
        assert page.status_code == 404
        assert "has ended" in text_of(page)
        assert browser.get(path).status_code == 404


def test_a_link_that_ends_after_it_was_followed_is_dead(north: Any, person: User) -> None:
    _ask(north, person.email)
    link = _link()
    late = Browser(north)
    assert late.get(late.get(link)["Location"]).status_code == 200
    _set(Browser(north), link)

    assert late.get("/password/new").status_code == 404


def test_a_link_is_for_its_purpose_its_tenant_and_its_address(north: Any, south: Any, person: User) -> None:
    token = make_token(user=person, purpose=MailPurpose.PASSWORD_RESET)
    with use(south):
        User.objects.create(id=person.pk, email=person.email, password=person.password)

    for tenant, path in ((south, "/password/new"), (north, "/invitation")):
        browser = Browser(tenant)
        assert browser.get(f"{path}?token={token}").status_code == 404
        assert browser.get(path).status_code == 404
    User.objects.update(email="other@example.com")
    browser = Browser(north)
    assert browser.get(f"/password/new?token={token}").status_code == 404
    assert browser.get("/password/new").status_code == 404


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "%00", "é" * 50, "x" * 5000])
def test_a_broken_link_is_a_readable_page(north: Any, token: str) -> None:
    browser = Browser(north)
    for path in ("/password/new", "/invitation"):
        page = browser.get(f"{path}?token={token}")
        assert page.status_code == 404
        assert "has ended" in text_of(page)
        assert browser.get(path).status_code == 404
    # Who makes up links leaves nothing behind.
    assert not Session.objects.exists()


def test_a_weak_password_is_refused_and_the_link_lives_on(north: Any, person: User) -> None:
    _ask(north, person.email)
    browser, link = Browser(north), _link()

    for weak in ("12345678", "short", "password"):
        answer = _set(browser, link, new_password1=weak, new_password2=weak)
        assert answer.status_code == 200
        assert "password" in text_of(answer)
    assert "match" in text_of(_set(browser, link, new_password2="else-something-9"))
    assert _set(browser, link)["Location"] == "/password/set"


def test_nobody_learns_who_signs_in_here(north: Any, person: User, django_assert_num_queries: Any) -> None:
    answers = [_ask(north, address) for address in (person.email, "nobody@example.com")]

    assert len({(answer.status_code, answer["Location"], answer.content) for answer in answers}) == 1
    assert AccountMail.objects.count() == 2
    send_account_mails()
    assert [sent.to for sent in outbox.outbox] == [[person.email]]
    assert AccountMail.objects.count() == 1  # nothing is kept of who is nobody


def test_the_link_never_follows_the_requests_host(north: Any, person: User) -> None:
    from tenants.context import use_public
    from tenants.models import Domain, Tenant

    with use_public():
        Domain.objects.create(tenant=Tenant.objects.get(slug="north"), domain="second.test", is_primary=False)
    assert _ask(north, person.email, host="second.test").status_code == 302
    assert _ask(north, person.email, host="evil.example.com").status_code == 404

    assert send_account_mails() == 1
    link = re.search(r"http\S+", str(outbox.outbox[0].body))
    assert link
    assert urlsplit(link[0]).hostname == "north.test"
    assert parse_qs(urlsplit(link[0]).query).keys() == {"token"}


def test_who_asks_again_and_again_gets_one_mail(north: Any, person: User) -> None:
    for _ in range(5):
        forgot_password(address=person.email, now=timezone.now())

    send_account_mails()

    assert len(outbox.outbox) == 1


def test_who_is_switched_off_gets_none(north: Any, person: User) -> None:
    User.objects.update(is_active=False)
    forgot_password(address=person.email, now=timezone.now())

    send_account_mails()

    assert not outbox.outbox
    assert not AccountMail.objects.exists()


def test_a_mail_server_that_is_away_delays_the_mail(north: Any, person: User, settings: Any) -> None:
    forgot_password(address=person.email, now=timezone.now())
    _use(settings, free_port())
    assert send_account_mails() == 1
    waiting = AccountMail.objects.get()
    assert (waiting.state, waiting.attempts) == ("planned", 1)
    assert person.email not in waiting.reason
    assert send_account_mails() == 0

    with smtp_server() as server:
        _use(settings, server.port)
        AccountMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        send_account_mails()
        assert server.recipients == [person.email]
        assert server.message_ids == [f"<{waiting.pk}@north.test>"]


def test_an_address_that_does_not_exist_is_given_up(north: Any, invited: User, post: Post) -> None:
    post.refused[invited.email] = "550 No such user"

    send_account_mails()

    dead = AccountMail.objects.get()
    assert (dead.state, dead.reason) == ("dead", "The mail server refuses the address: 550.")


def test_a_killed_workers_mail_is_sent_after_its_lease(north: Any, invited: User) -> None:
    assert claim() is not None  # and then the worker is killed
    assert send_account_mails() == 0

    AccountMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert send_account_mails() == 1
    assert len(outbox.outbox) == 1


def test_the_sweep_finds_what_is_due(north: Any, invited: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts import tasks
    from tenants.context import current_schema

    woken: list[str] = []
    # The test's transaction began before the mail was planned, and Postgres' now() is when it began.
    AccountMail.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(tasks.send_mails, "apply_async", lambda **_: woken.append(current_schema()))

    tasks.sweep_mails()
    assert woken == [north.schema_name]
    send_account_mails()
    tasks.sweep_mails()
    assert woken == [north.schema_name]


def test_no_log_holds_an_address_or_a_link(
    north: Any, person: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        _ask(north, person.email)
        link = _link()
        _set(Browser(north), link)
        forgot_password(address=person.email, now=timezone.now() - timedelta(minutes=5))
        _use(settings, free_port())
        send_account_mails()

    said = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    assert person.email not in said
    assert link.partition("token=")[2] not in said


@pytest.mark.parametrize(
    ("has_password", "days", "status"),
    [
        (False, None, Invitation.NONE),
        (False, 0, Invitation.INVITED),
        (False, 6, Invitation.INVITED),
        (False, 7, Invitation.EXPIRED),
        (True, 3, Invitation.ACCEPTED),
        (True, None, Invitation.NONE),
    ],
)
def test_the_state_of_an_invitation(days: int | None, status: Invitation, *, has_password: bool) -> None:
    now = datetime(2030, 1, 7, tzinfo=UTC)
    invited_at = None if days is None else now - timedelta(days=days)

    assert (
        invitation_status(has_password=has_password, invited_at=invited_at, lifetime=timedelta(days=7), now=now)
        is status
    )


def test_retries_go_on_for_two_days() -> None:
    waits = [mail_retry(attempts=attempts) for attempts in range(1, 61)]

    assert waits[0] == timedelta(seconds=5)
    assert waits[-1] is None
    assert timedelta(days=2) < sum((wait for wait in waits if wait), timedelta()) < timedelta(days=3)
