"""Postgres: the URLs, the roles and what each connection is set to."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env

__all__ = ["CACHES", "DATABASES", "DATABASE_APP_ROLE", "TENANT_LIMIT_SET_CALLS"]

_database_url = env.str("DATABASE_URL", "")
if not _database_url:
    raise ImproperlyConfigured(
        "DATABASE_URL is not set. Name a PostgreSQL server "
        "(postgres://user:password@host:5432/name), or start with bin/run, which brings its own."
    )
# `manage.py` says which command it runs: the audit's signature of its connections (docs/audit.md).
_command = env.str("SLOTKEEPER_COMMAND", "")
_signature = f" -c slotkeeper.signature=command:{_command}" if _command else ""
_owner_url = env.str("DATABASE_OWNER_URL", "") or _database_url


def _database(url: str) -> dict[str, Any]:
    parsed = env.db_url_config(url)
    if "postgresql" not in parsed["ENGINE"]:
        raise ImproperlyConfigured("DATABASE_URL must be a postgres:// URL: the ledger rests on it.")
    return {
        **parsed,
        "ENGINE": "django_tenants.postgresql_backend",
        # A process serves one request at a time (one thread), so one connection each is enough.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "OPTIONS": {
            **parsed.get("OPTIONS", {}),
            # A wait on somebody's lock stalls the whole process: give up early, answer 503.
            "options": f"-c lock_timeout=500 -c timezone=UTC -c jit=off{_signature}",
            "application_name": "slotkeeper",
            # A statement's plan is kept in its connection from the third time on. Where the tenant, and with it
            # the search path, has changed since, Postgres makes the plan anew by itself (tests/isolation).
            "server_side_binding": True,
            "prepare_threshold": 2,
        },
    }


_as_owner = env.str("SLOTKEEPER_DATABASE_ROLE", "app") == "owner"

DATABASES = {"default": _database(_owner_url if _as_owner else _database_url)}
# `prepare` grants this role what the web and the workers need, when it is not the owner itself.
DATABASE_APP_ROLE = env.db_url_config(_database_url)["USER"]

# In each process, for the admin's search alone. Every key carries the schema.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "KEY_FUNCTION": "django_tenants.cache.make_key",
    }
}

# One `SET search_path` when the tenant changes instead of one before every query. Safe from django-tenants
# 4.0.1 on, which forgets what it set when a transaction or savepoint is rolled back (tests/isolation).
TENANT_LIMIT_SET_CALLS = True
