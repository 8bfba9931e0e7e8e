"""The real thing: granian, beat and Celery workers on their own database, with what goes wrong in production."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import redis

from notifications.models import Message
from tests.support import cast
from tests.support.committed import pointed_at
from tests.support.live import Live, wait_until
from tests.support.smtp import Post, free_port, smtp_server

pytestmark = pytest.mark.serial


@pytest.fixture
def running(django_db_setup: None, platform: Live, django_db_blocker: Any) -> Iterator[Live]:
    """The platform's database under this process too, inside the tenant north; the broker is empty."""
    from tenants.context import activate
    from tenants.resolution import resolve

    _flush_the_broker()
    with pointed_at(platform.database_name, django_db_blocker):
        north = resolve(host="north.test", number=None)
        assert north is not None
        activate(north)
        yield platform


@pytest.fixture
def post(running: Live) -> Iterator[Post]:
    with smtp_server() as server:
        running.environment["EMAIL_URL"] = server.url
        yield server


def _flush_the_broker() -> None:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushall()


class _Desk:
    """Books one slot after the other over HTTP."""

    def __init__(self, running: Live) -> None:
        self.coach = cast.make_coach()
        cast.make_office_hour(self.coach)
        self.url = f"{running.url}/v1/coaches/{self.coach.person_id}/bookings"
        token = cast.make_token(user=cast.make_user(cast.make_client()))
        self.headers = {"Host": "north.test", "Authorization": f"Bearer {token}"}
        self.slots = iter(cast.tomorrow_at(9, days=day) for day in range(1, 30))

    def book(self, count: int = 1) -> None:
        for _ in range(count):
            slot = {"slot_at": next(self.slots).isoformat()}
            answer = httpx.post(self.url, json=slot, headers=self.headers, timeout=30)
            assert answer.status_code == 201, answer.text


def _states() -> list[str]:
    return list(Message.objects.order_by("created_at").values_list("state", flat=True))


def _files(running: Live) -> int:
    return len(list(running.mail.glob("*.eml")))


def test_a_broker_that_lost_everything_loses_no_mail(running: Live) -> None:
    running.start_web(processes=1)
    desk = _Desk(running)
    desk.book()
    _flush_the_broker()
    running.start_worker()
    running.start_beat()
    wait_until(lambda: _files(running) == 1, "the mail that was booked before the flush")

    _flush_the_broker()  # under a worker and a beat that are at work
    desk.book()

    wait_until(lambda: _files(running) == 2, "the mail that was booked after the flush")
    wait_until(lambda: _states() == ["sent", "sent"], "both to be marked")


def test_two_beats_and_two_workers_send_each_mail_exactly_once(running: Live, post: Post) -> None:
    running.start_web(processes=1)
    desk = _Desk(running)
    for name in ("one", "two"):
        running.start_worker(f"worker-{name}")
        running.start_beat(f"beat-{name}")

    desk.book(6)
    wait_until(lambda: len(set(post.message_ids)) == 6, "six mails")
    desk.book()  # sweeps that began before this one was sent have ended
    wait_until(lambda: len(set(post.message_ids)) == 7, "the seventh mail")

    assert sorted(post.message_ids) == sorted(set(post.message_ids))
    wait_until(lambda: _states() == ["sent"] * 7, "all of them to be marked")
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_a_worker_killed_while_sending_loses_nothing_and_repeats_under_the_same_id(running: Live, post: Post) -> None:
    running.start_web(processes=1)
    post.answers = False
    _Desk(running).book(2)
    running.start_worker()
    running.start_beat()
    wait_until(lambda: post.mails, "the first mail to reach the server")

    running.stop("worker", how=signal.SIGKILL)
    post.answers = True
    assert sorted(_states()) == ["sending", "sending"]
    _end_leases()
    running.start_worker()

    wait_until(lambda: _states() == ["sent", "sent"], "both messages to be sent")
    assert len(set(post.message_ids)) == 2
    assert len(post.message_ids) <= 3  # the one that the killed worker had handed over, again


def test_notify_wakes_a_worker_without_any_beat(running: Live) -> None:
    running.start_web(processes=1)
    running.start_worker()
    _Desk(running).book()

    answer = _notify(running)

    assert (answer.status_code, answer.content) == (204, b"")
    wait_until(lambda: _files(running) == 1, "the mail")


def test_without_the_broker_bookings_work_and_notify_says_503(running: Live) -> None:
    running.environment["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    running.start_web(processes=1)

    _Desk(running).book()
    answer = _notify(running)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["errors"][0]["code"] == "server_busy"
    assert _states() == ["planned"]
    ready = httpx.get(f"{running.url}/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")


def _notify(running: Live) -> httpx.Response:
    token = cast.make_token(scopes=["run:notifications"])
    # A second is what the contract gives it; the client's patience is longer, so that a busy machine proves nothing.
    return httpx.post(
        f"{running.url}/v1/bookings/notify",
        headers={"Host": "north.test", "Authorization": f"Bearer {token}"},
        timeout=20,
    )


def _end_leases() -> None:
    """As if the lease's two minutes were over."""
    Message.objects.filter(state="sending").update(lease_until=datetime.now(tz=UTC) - timedelta(seconds=1))
