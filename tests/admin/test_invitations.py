"""Inviting staff: the button, the roles, the state and the second mail."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core import mail as outbox
from django.utils import timezone

from accounts.access.models import AccountMail
from accounts.models import User
from accounts.rules import Role
from accounts.services.send_account_mails import send_account_mails
from tests.admin.conftest import AdminBrowser
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
USERS = "/admin/accounts/user/"


def _invite(admin: AdminBrowser, email: str = "new@example.com", **fields: Any) -> Any:
    roles = {
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0",
        "memberships-0-role": "receptionist", "memberships-0-brand": str(cast.main_brand().pk),
    }  # fmt: skip
    return admin.post(f"{USERS}add/", **{"email": email, "name": "", "is_staff": "on", **roles, **fields})


def test_an_administrator_invites_with_a_role_in_a_brand(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    assert f"{USERS}invite/" in admin.get(USERS).content.decode()
    assert admin.get(f"{USERS}invite/").status_code == 302

    answer = _invite(admin)

    assert answer.status_code == 302, answer.content.decode()[-2000:]
    user = User.objects.get(email="new@example.com")
    assert (user.is_staff, user.has_usable_password()) == (True, False)
    role = user.memberships.get()
    assert (role.role, role.brand) == ("receptionist", cast.main_brand())
    assert send_account_mails() == 1
    assert outbox.outbox[0].to == ["new@example.com"]


def test_the_list_says_how_far_each_is_and_sends_again(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    _invite(admin)
    send_account_mails()
    assert "Invited" in admin.get(USERS).content.decode()

    AccountMail.objects.update(sent_at=timezone.now() - timedelta(days=8))
    assert "Expired" in admin.get(USERS).content.decode()
    user = User.objects.get(email="new@example.com")
    admin.post(USERS, action="invite_again", _selected_action=[user.pk])
    assert send_account_mails() == 1
    assert "Invited" in admin.get(USERS).content.decode()

    user.set_password("a password")
    user.save()
    assert "Accepted" in admin.get(USERS).content.decode()
    admin.post(USERS, action="invite_again", _selected_action=[user.pk])
    assert send_account_mails() == 0


def test_an_address_is_invited_once(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    _invite(admin)

    answer = _invite(admin, "NEW@example.com")

    assert "signs in with this address already" in answer.content.decode()
    assert AccountMail.objects.count() == 1


def test_others_invite_nobody(sign_in: SignIn) -> None:
    kids = cast.make_brand("kids")
    for role, brand in ((Role.MANAGER, None), (Role.RECEPTIONIST, None), (Role.ADMINISTRATOR, kids)):
        admin = sign_in(role, brand=brand)
        assert _invite(admin).status_code == 403
        assert admin.get(f"{USERS}invite/").status_code == 403
    assert not AccountMail.objects.exists()


def test_the_log_in_page_has_a_way_for_who_forgot(north: Any) -> None:
    from tests.support.browser import Browser

    for page in ("/admin/login/", "/sign-in"):
        assert 'href="/password/forgot"' in Browser(north).get(page).content.decode()


def test_a_colleague_without_a_role_is_not_invited(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    none = {"memberships-0-role": "", "memberships-0-brand": ""}
    assert "memberships-0-role" in admin.get(f"{USERS}add/").content.decode(), "the page has a row to fill in"

    answer = _invite(admin, **none)

    assert answer.status_code == 200
    assert "Choose a role" in answer.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()
    assert _invite(admin, is_staff="", **none).status_code == 302, "a client needs none"


def test_whoever_has_no_role_is_told_whom_to_ask(north: Any) -> None:
    User.objects.create_user("new@example.com", "a password", is_staff=True)
    browser = AdminBrowser(north, User.objects.get(email="new@example.com"))

    assert "Ask an administrator" in browser.get("/admin/").content.decode()
