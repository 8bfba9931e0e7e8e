"""When to try again, and when to give up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import tasks
from notifications.rules.messages import LEASE, MAX_ATTEMPTS, gives_up, retry_after


@given(attempts=st.integers(1, MAX_ATTEMPTS), jitter=st.floats(0, 1, exclude_max=True))
def test_the_wait_is_bounded(attempts: int, jitter: float) -> None:
    assert timedelta(seconds=7.5) <= retry_after(attempts=attempts, jitter=jitter) <= timedelta(minutes=75)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600), (MAX_ATTEMPTS, 3600)]
)
def test_it_doubles_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert retry_after(attempts=attempts, jitter=0.5) == timedelta(seconds=seconds)


def test_jitter_spreads_the_retries_over_half_of_the_wait() -> None:
    assert retry_after(attempts=3, jitter=0) == timedelta(seconds=30)
    assert retry_after(attempts=3, jitter=0.999) < timedelta(seconds=50)


def test_it_gives_up_at_the_last_attempt_and_not_before() -> None:
    assert not gives_up(attempts=MAX_ATTEMPTS - 1)
    assert gives_up(attempts=MAX_ATTEMPTS)


def test_a_task_ends_before_its_leases_and_those_before_the_broker_redelivers() -> None:
    limit = timedelta(seconds=tasks.CELERY_TASK_TIME_LIMIT)
    visible = timedelta(seconds=float(str(tasks.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"])))

    assert limit < LEASE < visible
