"""`/livez` and `/readyz`, before any tenant is looked up."""

from collections.abc import Callable
from functools import lru_cache

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse

from tenants.context import use_public


class HealthMiddleware:
    """`/livez`: the process answers. `/readyz`: it can work, and what is degraded is said."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """200 while requests can be answered, else 503. Without the broker bookings work and mail is late."""
    database = _database()
    broker = _broker()
    status = "unavailable" if database != "ok" else "ok" if broker == "ok" else "degraded"
    return JsonResponse(
        {"status": status, "database": database, "broker": broker}, status=503 if status == "unavailable" else 200
    )


def _database() -> str:
    try:
        with use_public(), connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except Error:
        connection.close()
        return "unreachable"
    return "ok" if _expected_migrations() <= applied else "migrations are missing; run `manage.py prepare`"


@lru_cache(maxsize=1)
def _expected_migrations() -> frozenset[tuple[str, str]]:
    """The migrations of the public schema in this version of the code."""
    shared = {app.rsplit(".", 1)[-1] for app in settings.SHARED_APPS}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(key for key in loader.disk_migrations if key[0] in shared)


def _broker() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
    try:
        client.ping()
    except redis.RedisError:
        return "unreachable: bookings work, mail is late"
    finally:
        client.close()
    return "ok"
