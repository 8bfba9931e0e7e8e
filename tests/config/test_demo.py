"""The demo can be made on whatever day and at whatever hour somebody tries the platform for the first time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.models import CoachBooking
from config.demo.data import TENANTS, DemoTenant
from config.demo.seed import _fill, email_of

SUNDAY = datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.mark.parametrize("day", range(7))
@pytest.mark.parametrize("demo", TENANTS, ids=lambda demo: demo.slug)
def test_it_is_made_on_every_day_of_a_week(north: Any, demo: DemoTenant, day: int) -> None:
    now = SUNDAY + day * timedelta(days=1, hours=3, minutes=20)

    _fill(demo, now=now)

    over = CoachBooking.objects.filter(starts_at__lt=now)
    for coach in demo.coaches:
        states = over.filter(coach__person__email__startswith=email_of(coach.name, ""))
        assert {"completed", "no_show", "cancelled"} <= set(states.values_list("status", flat=True))
