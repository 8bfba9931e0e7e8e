"""What no process counts because it simply is: queues, connections, and whether the servers answer."""

import json
import threading
import time
from collections.abc import Callable, Iterator

import redis
from django.conf import settings
from django.db import Error, connection, connections
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notifications.public import Queue, measure_queues, measure_webhook_queues
from tenants.context import use_public
from tenants.models import Tenant
from tenants.telemetry.tasks import SENT_AT

# One who asks every second, or two who ask at once, cost the database no more than one who asks now and then.
CACHE_SECONDS = 5.0
STATEMENT_MILLISECONDS = 2000
BROKER_SECONDS = 0.5
QUEUES = ("celery", "sending")

Families = list[GaugeMetricFamily]


class Platform(Collector):
    """Asks the database and the broker. One that does not answer is `slotkeeper_up 0`; the rest is still told."""

    def __init__(self, *, cache_seconds: float = CACHE_SECONDS) -> None:
        self._lock = threading.Lock()
        self._cache_seconds = cache_seconds
        self._until = 0.0
        self._last: Families = []

    def describe(self) -> Families:
        """Nothing: else the registry would ask the servers before anybody else does."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._last = list(_everything())
                self._until = time.monotonic() + self._cache_seconds
            yield from self._last


def _everything() -> Iterator[GaugeMetricFamily]:
    up = GaugeMetricFamily("slotkeeper_up", "Whether a server answers: 1, else 0.", labels=["part"])
    for part, ask in (("database", _database), ("broker", _broker)):
        families = _asked(ask)
        up.add_metric([part], float(families is not None))
        yield from families or []
    yield up


def _asked(ask: Callable[[], Families]) -> Families | None:
    try:
        return ask()
    except (Error, redis.RedisError):
        return None


def _database() -> Families:
    try:
        with use_public(), connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {STATEMENT_MILLISECONDS}")
            return [*_connections(), *_tenants()]
    finally:
        # This is a thread of the server's, which ends with the answer.
        connections.close_all()


def _connections() -> Families:
    used = GaugeMetricFamily(
        "slotkeeper_database_connections", "Open connections to the database.", labels=["role", "state"]
    )
    most = GaugeMetricFamily("slotkeeper_database_connections_max", "Connections that the server allows.")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(usename, ''), coalesce(state, 'unknown'), count(*)
            FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1, 2
            """
        )
        for role, state, count in cursor.fetchall():
            used.add_metric([role, state], count)
        cursor.execute("SELECT current_setting('max_connections')::int")
        most.add_metric([], cursor.fetchone()[0])
    return [used, most]


def _tenants() -> Families:
    tenants = list(Tenant.objects.values_list("schema_name", "slug", "status"))
    active = {schema: slug for schema, slug, status in tenants if status == Tenant.Status.ACTIVE}
    queues, webhooks = measure_queues(list(active)), measure_webhook_queues(list(active))
    counted = GaugeMetricFamily("slotkeeper_tenants", "Tenants by their state.", labels=["state"])
    for status in Tenant.Status.values:
        counted.add_metric([status], sum(1 for tenant in tenants if tenant[2] == status))
    counted.add_metric(["unreadable"], len(active) - len(queues))
    return [
        counted,
        *_of_all("messages", queues),
        *_of_all("webhooks", webhooks),
        *(_per_tenant("messages", queues, active) if settings.METRICS_TENANTS else []),
        *(_per_tenant("webhooks", webhooks, active) if settings.METRICS_TENANTS else []),
    ]


def _of_all(what: str, of_schemas: dict[str, Queue]) -> Families:
    queues, name = of_schemas.values(), f"slotkeeper_{what}"
    return [
        GaugeMetricFamily(f"{name}_due", f"Those of the {what} that a worker may take.", sum(q.due for q in queues)),
        GaugeMetricFamily(
            f"{name}_oldest_due_seconds",
            f"How long the one of the {what} that is due longest has waited.",
            max((q.oldest_seconds for q in queues), default=0.0),
        ),
        GaugeMetricFamily(
            f"{name}_failed", f"Those of the {what} that wait for another try.", sum(q.failed for q in queues)
        ),
        GaugeMetricFamily(
            f"{name}_dead", f"Those of the {what} given up in the last 24 hours.", sum(q.dead for q in queues)
        ),
    ]


def _per_tenant(what: str, of_schemas: dict[str, Queue], slugs: dict[str, str]) -> Families:
    queues = {slugs[schema]: queue for schema, queue in of_schemas.items()}
    due = GaugeMetricFamily(f"slotkeeper_tenant_{what}_due", f"As slotkeeper_{what}_due.", labels=["tenant"])
    oldest = GaugeMetricFamily(
        f"slotkeeper_tenant_{what}_oldest_due_seconds", f"As slotkeeper_{what}_oldest_due_seconds.", labels=["tenant"]
    )
    for slug, queue in queues.items():
        due.add_metric([slug], queue.due)
        oldest.add_metric([slug], queue.oldest_seconds)
    return [due, oldest]


def _broker() -> Families:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
    )
    try:
        waiting = {queue: client.llen(queue) for queue in QUEUES}
        heads = {queue: client.lindex(queue, -1) for queue in QUEUES}
        taken = client.hlen("unacked")
    finally:
        client.close()
    lines = GaugeMetricFamily("slotkeeper_broker_tasks_waiting", "Tasks that no worker has taken.", labels=["queue"])
    ages = GaugeMetricFamily(
        "slotkeeper_broker_oldest_task_seconds", "How long the first task in line has waited.", labels=["queue"]
    )
    for queue in QUEUES:
        lines.add_metric([queue], float(waiting[queue]))
        ages.add_metric([queue], _age(heads[queue]))
    return [
        lines,
        ages,
        GaugeMetricFamily("slotkeeper_broker_tasks_taken", "Tasks that workers have and did not end.", float(taken)),
    ]


def _age(task: bytes | str | None) -> float:
    """Seconds since it was sent; 0 for none, and for one that does not say."""
    try:
        return max(0.0, time.time() - float(json.loads(task or "")["headers"][SENT_AT]))
    except (ValueError, KeyError, TypeError):
        return 0.0
