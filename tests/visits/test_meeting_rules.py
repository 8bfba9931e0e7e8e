"""Who sees a meeting link, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from visits.rules.meetings import Sight, is_link, sight, window
from visits.rules.statuses import Status

START = datetime(2030, 1, 7, 9, tzinfo=UTC)
WINDOW = window(starts_at=START, ends_at=START + timedelta(minutes=30), opens_before=timedelta(minutes=10))
MOMENTS = {-600: Sight.NOT_YET, -11: Sight.NOT_YET, -10: Sight.SEEN, 0: Sight.SEEN, 29: Sight.SEEN, 30: Sight.OVER}
HELD = {Status.SCHEDULED, Status.CHECKED_IN, Status.IN_PROGRESS}


def _at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("minutes", MOMENTS)
def test_the_patient_sees_it_within_the_window_of_a_visit_that_is_to_be_held(status: Status, minutes: int) -> None:
    seen = sight(status, WINDOW, now=_at(minutes), as_staff=False)
    assert seen is (MOMENTS[minutes] if status in HELD else Sight.OVER)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("minutes", MOMENTS)
def test_staff_sees_it_at_any_time_until_the_visit_is_over(status: Status, minutes: int) -> None:
    seen = sight(status, WINDOW, now=_at(minutes), as_staff=True)
    assert seen is (Sight.SEEN if status in HELD else Sight.OVER)


@pytest.mark.parametrize(
    "text",
    ["https://meet.example.com/a", "https://meet.example.com:8443/a?b=c#d", "https://8.8.8.8/x", "https://a.b/%20"],
)
def test_an_https_address_is_a_link(text: str) -> None:
    assert is_link(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "http://meet.example.com/a", "javascript:alert(1)", "https://", "https:///a", "//meet.example.com",
        "https://me:secret@meet.example.com/", "https://meet.example.com/ a", "https://meet.example.com/\n",
        "https://meet.example.com/\u202ea", 'https://a.b/"', "https://a.b:99999/", "https://[::1", "https://a.b\\@c.d/",
        "https://a.b/" + 500 * "a",
    ],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    assert not is_link(text)
