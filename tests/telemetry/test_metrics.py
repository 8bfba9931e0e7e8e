"""What is counted, with which labels, and what is shown of servers that are away."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from prometheus_client import CollectorRegistry, generate_latest

from config.metrics.platform import Platform
from config.metrics.processes import Processes
from notifications.models import Message, WebhookDelivery
from notifications.public import measure_queues, measure_webhook_queues
from notifications.rules.webhooks import DeliveryState
from notifications.services.register_webhook_endpoint import register_webhook_endpoint
from tenants.context import use_public
from tenants.telemetry import metrics
from tests.support import cast
from tests.support.http import Rest
from tests.support.smtp import free_port


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Processes:
    """Counting starts from nothing, into files of the test's own."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    # The library chooses between memory and files when it is imported; here it was imported long ago.
    from prometheus_client import values

    monkeypatch.setattr("prometheus_client.metrics.values.ValueClass", values.MultiProcessValue())  # type: ignore[no-untyped-call]
    monkeypatch.setattr(metrics, "_metrics", None)
    return Processes(tmp_path)


def shown(*collectors: Any) -> dict[str, float]:
    """The page's samples, by name and labels as they are written."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    lines = [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_bookings_are_counted_as_taken_or_by_the_reason_of_their_refusal(north: Any, counted: Processes) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    rest = Rest(north, cast.make_token(user=cast.make_user(client)))
    path, body = f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()}

    rest.post(path, body, headers={"Idempotency-Key": "one"})
    rest.post(path, body, headers={"Idempotency-Key": "one"})
    rest.post(path, body)
    rest.post(path, {"slot_at": "never"})
    rest.get(path.replace("bookings", "slots"))

    found = shown(counted)
    booked = {name: value for name, value in found.items() if name.startswith("slotkeeper_bookings_total")}
    assert booked == {
        'slotkeeper_bookings_total{family="loop",outcome="taken",reason=""}': 1,
        'slotkeeper_bookings_total{family="loop",outcome="refused",reason="slot_taken"}': 1,
        'slotkeeper_bookings_total{family="loop",outcome="refused",reason="validation_error"}': 1,
    }
    assert found['slotkeeper_idempotent_replays_total{family="loop"}'] == 1
    route = 'method="POST",route="/v1/coaches/<str:coach_id>/bookings"'
    assert found[f'slotkeeper_http_requests_total{{code="",family="loop",{route},status="201"}}'] == 2
    assert found[f'slotkeeper_http_requests_total{{code="slot_taken",family="loop",{route},status="409"}}'] == 1
    assert found[f'slotkeeper_http_request_duration_seconds_count{{family="loop",{route}}}'] == 4
    assert found["slotkeeper_http_requests_in_progress"] == 0


def test_nobody_can_make_labels_up(north: Any, counted: Processes) -> None:
    rest = Rest(north, "wrong")
    for number in range(5):
        rest.get(f"/v1/x{number}")
        rest.get(f"/y{number}/")
        rest.request(f"VERB{number}", f"/v1/clients/{number}")
        rest.get(f"/v1/clients?x={number}")
        rest.get("/v1/clients", host=f"host{number}.example.com")

    counts = {name for name in shown(counted) if name.startswith("slotkeeper_http_requests_total")}
    assert len(counts) <= 6
    assert not [name for name in counts if "x1" in name or "VERB" in name or "north" in name]


def test_it_can_be_switched_off(north: Any, counted: Processes, settings: Any, tmp_path: Path) -> None:
    settings.METRICS = False

    Rest(north).get("/v1/clients")

    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_stops_no_request(north: Any, counted: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(metrics, "Metrics", full)

    assert Rest(north).get("/v1/clients").status_code == 401


def test_what_dead_processes_counted_stays_and_what_they_were_doing_goes(counted: Processes, tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from tenants.telemetry.metrics import record\n"
        "record(lambda m: (m.busy.inc(), m.replays.labels('loop').inc()))"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    metrics.record(lambda m: m.busy.inc())
    metrics.record(lambda m: m.replays.labels("loop").inc())

    found = shown(counted)
    assert found['slotkeeper_idempotent_replays_total{family="loop"}'] == 2
    assert found["slotkeeper_http_requests_in_progress"] == 1

    counted.forget_the_dead()
    assert shown(counted)['slotkeeper_idempotent_replays_total{family="loop"}'] == 1


def test_a_task_is_counted_with_its_outcome(counted: Processes) -> None:
    from celery import Celery

    from tenants.telemetry import tasks

    app = Celery("test", broker="memory://", set_as_current=False)

    @app.task(name="good")
    def good() -> None:
        """Does nothing."""

    @app.task(name="bad")
    def bad() -> None:
        raise ValueError

    tasks.connect()
    good.apply()
    bad.apply()

    found = shown(counted)
    assert found['slotkeeper_tasks_total{outcome="success",task="good"}'] == 1
    assert found['slotkeeper_tasks_total{outcome="failure",task="bad"}'] == 1
    assert found['slotkeeper_task_duration_seconds_count{task="good"}'] == 1


@pytest.fixture
def queue(north: Any) -> list[Message]:
    """Two due messages, the older since an hour, a failed one for tomorrow and a dead one."""
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    for hour in (9, 10, 11, 12):
        cast.make_booking(coach, client, slot_at=cast.tomorrow_at(hour), now=datetime.now(UTC))
    messages = list(Message.objects.order_by("created_at", "id"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_message SET due_at = now() - interval '1 minute'")
        for message, change in zip(
            messages,
            (
                "due_at = now() - interval '1 hour'",
                "due_at = due_at",
                "state = 'failed', due_at = now() + interval '1 day'",
                "state = 'dead'",
            ),
            strict=True,
        ):
            cursor.execute(f"UPDATE notifications_message SET {change} WHERE id = %s", [message.pk])
    return messages


def test_queues_are_measured_for_many_tenants_in_one_statement(
    north: Any, south: Any, queue: list[Message], django_assert_num_queries: Any
) -> None:
    with use_public():
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with django_assert_num_queries(1):
            found = measure_queues([north.schema_name, south.schema_name])

    assert (found[south.schema_name].due, found[south.schema_name].oldest_seconds) == (0, 0)
    own = found[north.schema_name]
    assert (own.due, own.failed, own.dead) == (2, 1, 1)
    assert 3600 <= own.oldest_seconds < 3700


def test_the_webhooks_are_measured_as_the_messages(north: Any, south: Any, django_assert_num_queries: Any) -> None:
    register_webhook_endpoint(url="https://8.8.8.8/hooks", brand_id=None, now=datetime.now(UTC))
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    for hour in (9, 10, 11, 12, 13, 14):
        cast.make_booking(coach, client, slot_at=cast.tomorrow_at(hour), now=datetime.now(UTC))
    first, _, failed, dead, long_dead, sending = WebhookDelivery.objects.order_by("pk")
    ago = datetime.now(UTC) - timedelta(hours=1)
    WebhookDelivery.objects.update(due_at=ago + timedelta(minutes=59))
    WebhookDelivery.objects.filter(pk=first.pk).update(due_at=ago)
    WebhookDelivery.objects.filter(pk=failed.pk).update(state="failed", due_at=ago + timedelta(days=1))
    WebhookDelivery.objects.filter(pk=dead.pk).end(DeliveryState.DEAD, reason="No.")
    WebhookDelivery.objects.filter(pk=long_dead.pk).update(state="dead", ended_at=ago - timedelta(days=1))
    WebhookDelivery.objects.filter(pk=sending.pk).update(state="sending", lease_until=ago + timedelta(hours=2))

    with use_public():
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with django_assert_num_queries(1):
            found = measure_webhook_queues([north.schema_name, south.schema_name])

    assert (found[south.schema_name].due, found[south.schema_name].oldest_seconds) == (0, 0)
    own = found[north.schema_name]
    assert (own.due, own.failed, own.dead) == (2, 1, 1)
    # By the transaction's clock, which began with the test.
    assert 3500 <= own.oldest_seconds < 3700


@pytest.fixture
def on_show(own_database: str) -> Platform:
    return Platform(cache_seconds=0)


def test_the_platform_is_shown_without_the_names_of_tenants(on_show: Platform) -> None:
    found = shown(on_show)

    assert found['slotkeeper_up{part="database"}'] == found['slotkeeper_up{part="broker"}'] == 1
    assert found['slotkeeper_tenants{state="active"}'] == 2
    assert found["slotkeeper_messages_due"] == 0
    assert [found[f"slotkeeper_webhooks_{what}"] for what in ("due", "oldest_due_seconds", "failed", "dead")] == 4 * [0]
    assert sum(value for name, value in found.items() if name.startswith("slotkeeper_database_connections{")) >= 1
    assert not [name for name in found if "north" in name]


def test_the_queues_of_tenants_are_shown_where_the_operator_asks(on_show: Platform, settings: Any) -> None:
    settings.METRICS_TENANTS = True

    found = shown(on_show)

    assert found['slotkeeper_tenant_messages_due{tenant="north"}'] == 0
    assert found['slotkeeper_tenant_webhooks_due{tenant="north"}'] == 0


def test_a_tenant_without_its_tables_is_counted_and_hides_no_other(on_show: Platform, own_database: str) -> None:
    from tenants.models import Tenant
    from tests.support.database import owner_connection

    schema = Tenant.objects.get(slug="south").schema_name
    with owner_connection(own_database) as owner:
        owner.execute(f'ALTER TABLE "{schema}".notifications_message RENAME TO gone')

    found = shown(on_show)

    assert found['slotkeeper_tenants{state="unreadable"}'] == 1
    assert found['slotkeeper_up{part="database"}'] == 1


@pytest.mark.parametrize("gone", ["database", "broker"])
def test_a_server_that_is_away_is_shown_as_such(on_show: Platform, settings: Any, gone: str) -> None:
    port = connection.settings_dict["PORT"]
    connection.close()
    if gone == "database":
        connection.settings_dict["PORT"] = free_port()
    else:
        settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    try:
        found = shown(on_show)
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port

    assert found[f'slotkeeper_up{{part="{gone}"}}'] == 0
    assert sum(value for name, value in found.items() if name.startswith("slotkeeper_up")) == 1


def test_who_asks_often_costs_no_more(own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from config.metrics import platform

    asked = []

    def ask() -> list[Any]:
        asked.append(1)
        return []

    monkeypatch.setattr(platform, "_database", ask)
    collector = Platform(cache_seconds=60)

    for _ in range(3):
        shown(collector)

    assert len(asked) == 1


@pytest.mark.parametrize(
    ("task", "expected"),
    [(None, 0), (b"nonsense", 0), (b"{}", 0), (b'{"headers": {"slotkeeper_sent_at": 1000}}', 60)],
)
def test_the_age_of_the_first_task_in_line(monkeypatch: pytest.MonkeyPatch, task: bytes | None, expected: int) -> None:
    from config.metrics import platform

    monkeypatch.setattr("time.time", lambda: 1060.0)

    assert platform._age(task) == expected
