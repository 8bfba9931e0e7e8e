"""Who may give access to whom, and the operators' own admin."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from accounts.rules import Role
from bookings.models import OfficeHour
from tenants.context import activate_public
from tenants.models import Tenant
from tests.admin.conftest import AdminBrowser
from tests.support import cast

SignIn = Callable[..., AdminBrowser]


@pytest.mark.parametrize("path", ["/admin/accounts/user/", "/admin/accounts/user/add/", "/admin/access/application/"])
def test_an_administrator_of_one_brand_gives_no_access(sign_in: SignIn, path: str) -> None:
    admin = sign_in(Role.ADMINISTRATOR, brand=cast.make_brand("kids"))
    assert admin.get(path).status_code == 403
    assert admin.get("/admin/").status_code == 200


def test_a_receptionist_gives_no_access(sign_in: SignIn) -> None:
    assert sign_in(Role.RECEPTIONIST).get("/admin/accounts/user/").status_code == 403


def test_an_administrator_of_all_brands_gives_roles(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    user = User.objects.create_user("new@north.test", "a password", is_staff=True)
    answer = admin.post(
        f"/admin/accounts/user/{user.pk}/change/",
        **{
            "email": user.email, "name": "New", "is_staff": "on", "is_active": "on",
            "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0",
            "memberships-0-role": "receptionist", "memberships-0-brand": "",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content
    assert user.memberships.get().role == "receptionist"


def test_a_new_password_is_set_but_none_is_taken_away(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    user = User.objects.create_user("new@north.test", "a password")
    page = f"/admin/accounts/user/{user.pk}/password/"

    assert "usable_password" not in admin.get(page).content.decode()
    assert admin.post(page, usable_password="false", password1="", password2="").status_code == 200
    user.refresh_from_db()
    assert user.check_password("a password")

    assert admin.post(page, password1="another-Pass-42", password2="another-Pass-42").status_code == 302
    user.refresh_from_db()
    assert user.check_password("another-Pass-42")


def test_an_office_hour_needs_a_coach_of_its_brand(sign_in: SignIn) -> None:
    kids = cast.make_brand("kids")
    coach = cast.make_coach()
    offer = {
        "coach": coach.pk, "weekdays": ["1", "3"], "start_time": "09:00", "end_time": "12:00", "timezone": "UTC",
        "duration_minutes": "30", "notice_minutes": "0", "horizon_days": "60", "is_active": "on",
        "exceptions-TOTAL_FORMS": "0", "exceptions-INITIAL_FORMS": "0",
    }  # fmt: skip
    admin = sign_in(Role.MANAGER)
    refused = admin.post("/admin/bookings/officehour/add/", **offer, brand=str(kids.pk))
    assert "does not work for Kids" in refused.content.decode()
    assert admin.post("/admin/bookings/officehour/add/", **offer, brand=str(cast.main_brand().pk)).status_code == 302
    assert OfficeHour.objects.get().weekdays == [1, 3]


@pytest.mark.django_db
def test_an_operator_suspends_and_resumes_a_tenant() -> None:
    activate_public()
    operator = User.objects.create_superuser("operator@example.com", "a password")
    browser = Client(headers={"Host": "localhost"})
    browser.force_login(operator)
    assert b"North" in browser.get("/admin/tenants/tenant/").content
    tenant = Tenant.objects.get(slug="north")
    for action, status in (("suspend", "suspended"), ("resume", "active")):
        browser.post("/admin/tenants/tenant/", {"action": action, "_selected_action": [tenant.pk]})
        tenant.refresh_from_db()
        assert tenant.status == status
    assert browser.get("/admin/accounts/user/").status_code == 200
