"""Logs to standard output, one line each (tenants.telemetry.logs). Never a token, an address or a note in them."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import DEBUG, ENVIRONMENT, env

__all__ = ["LOGGING"]

_style = env.str("SLOTKEEPER_LOG", "") or ("json" if ENVIRONMENT == "production" else "text")
if _style not in {"json", "text"}:
    raise ImproperlyConfigured(f"SLOTKEEPER_LOG is {_style!r}; use json or text.")

_own = {"handlers": ["stdout"], "propagate": False}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "tenants.telemetry.logs.formatter", "style": _style, "texts_of_errors": DEBUG}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO", **_own},
        # They write the raw path. `tenants.telemetry` says the same with the route, and what went wrong (api.errors).
        "django.request": {"level": "CRITICAL", **_own},
        "django.server": {"level": "WARNING", **_own},
        "django.security": {"level": "ERROR"},
        # Statements come with their parameters.
        "django.db.backends": {"level": "INFO"},
        # It names recipients, and addresses with tokens in them. Why a message was refused is in the message's log.
        "apprise": {"level": "CRITICAL", "propagate": False},
        "httpx": {"level": "WARNING"},
        "oauth2_provider": {"level": "WARNING"},
        "oauthlib": {"level": "WARNING"},
        "_granian": {"level": "WARNING", **_own},
        "celery.worker.strategy": {"level": "WARNING"},
        # Its line of a failure holds the exception's text; tenants.telemetry.tasks says it without.
        "celery.app.trace": {"level": "CRITICAL"},
        "celery.beat": {"level": "WARNING"},
    },
}
