"""Services in the admin."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.rules import Role
from scheduling.models import Service
from tests.admin.conftest import AdminBrowser
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
ADD = "/admin/scheduling/service/add/"


def _fields(**fields: Any) -> dict[str, Any]:
    inlines = {
        f"{prefix}-{name}": value
        for prefix in ("hours", "needs")
        for name, value in (("TOTAL_FORMS", "0"), ("INITIAL_FORMS", "0"))
    }
    return {
        "name": "First talk", "code": "first-talk", "description": "", "brand": str(cast.main_brand().pk),
        "is_active": "on", "duration_minutes": "50", "buffer_before_minutes": "0", "buffer_after_minutes": "10",
        "offered_in": "hours", "step_minutes": "15", "timezone": "Europe/Berlin", "notice_minutes": "60",
        "horizon_days": "60", "max_per_day": "", "max_per_staff_per_day": "", "price_minor": "12000",
        "currency": "EUR", "cancel_notice_minutes": "1440", "cancel_fee_percent": "50", "meeting_opens_minutes": "30",
        **inlines, **fields,
    }  # fmt: skip


def test_a_service_is_made_with_its_staff_and_hours(sign_in: SignIn) -> None:
    coach = cast.make_coach()
    hours = {
        "hours-TOTAL_FORMS": "1", "hours-0-weekday": "1", "hours-0-starts": "09:00", "hours-0-ends": "12:00",
    }  # fmt: skip

    browser = sign_in(Role.MANAGER)
    answer = browser.post(ADD, **_fields(staff=[str(coach.pk)], **hours))

    assert answer.status_code == 302, answer.content
    service = Service.objects.get()
    assert (service.duration_minutes, service.price_minor, list(service.staff.all())) == (50, 12000, [coach])
    assert [str(window) for window in service.hours.all()] == ["Monday 09:00-12:00"]
    page = browser.get("/admin/scheduling/service/").content.decode()
    assert "€120.00" in page
    assert "50 min" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"currency": "XYQ"}, "no currency of ISO 4217"),
        ({"timezone": "Mars/Olympus"}, "no zone of the IANA database"),
        ({"cancel_fee_percent": "101"}, "less than or equal to 100"),
        ({"step_minutes": "1"}, "greater than or equal to 5"),
        ({"duration_minutes": "0"}, "greater than or equal to 1"),
        ({"code": "First talk"}, "slug"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(sign_in: SignIn, fields: dict[str, str], said: str) -> None:
    page = sign_in(Role.MANAGER).post(ADD, **_fields(**fields))

    assert page.status_code == 200
    assert said in page.content.decode()
    assert not Service.objects.exists()


def test_staff_of_another_brand_does_not_offer_it(sign_in: SignIn) -> None:
    other = cast.make_coach(brand=cast.make_brand("kids"))

    page = sign_in(Role.MANAGER).post(ADD, **_fields(staff=[str(other.pk)]))

    assert page.status_code == 200
    assert "Not working for" in page.content.decode()
    assert not Service.objects.exists()


def test_the_code_stands_once_in_a_brand(sign_in: SignIn) -> None:
    browser = sign_in(Role.MANAGER)
    browser.post(ADD, **_fields())

    page = browser.post(ADD, **_fields())

    assert page.status_code == 200
    assert Service.objects.count() == 1


def test_who_manages_one_brand_sees_its_services_alone(sign_in: SignIn) -> None:
    cast.make_service(cast.make_coach(), name="Talk of ours")
    kids = cast.make_brand("kids")
    cast.make_service(cast.make_coach(brand=kids), brand=kids, name="Talk of theirs")

    page = sign_in(Role.MANAGER, brand=cast.main_brand()).get("/admin/scheduling/service/").content.decode()

    assert "Talk of ours" in page
    assert "Talk of theirs" not in page


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.COACH])
def test_who_may_not_change_services_makes_none(sign_in: SignIn, role: Role) -> None:
    assert sign_in(role).post(ADD, **_fields()).status_code == 403
    assert not Service.objects.exists()
