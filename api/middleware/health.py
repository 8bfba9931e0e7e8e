"""`/livez` and `/readyz`, before any tenant is looked up."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from tenants.context import use_public
from tenants.models import PUBLIC_SCHEMA
from tenants.schemas import schemas_behind


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
    """200 while requests can be answered, else 503. What is degraded is said: without the broker bookings work
    and mail is late; a tenant whose schema is behind may fail while the others work."""
    database, usable = _database()
    broker = _broker()
    status = "unavailable" if not usable else "ok" if (database, broker) == ("ok", "ok") else "degraded"
    return JsonResponse({"status": status, "database": database, "broker": broker}, status=200 if usable else 503)


def _database() -> tuple[str, bool]:
    """What is to be said of the database, and whether requests can be answered with it."""
    try:
        with use_public():
            behind = schemas_behind()
    except Error:
        connection.close()
        return "unreachable", False
    if not behind:
        return "ok", True
    missing = f"migrations are missing in {len(behind)} schema(s); run `manage.py prepare`"
    return missing, PUBLIC_SCHEMA not in behind


def _broker() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
    try:
        client.ping()
    except redis.RedisError:
        return "unreachable: bookings work, mail is late"
    finally:
        client.close()
    return "ok"
