"""Which environment this is, and where it keeps its files."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

__all__ = ["BASE_DIR", "DATA_DIR", "DEBUG", "ENVIRONMENT", "PUBLIC_PORT", "PUBLIC_SCHEME", "TESTING", "WEB_PORT", "env"]

env = environ.Env()

ENVIRONMENT = env.str("SLOTKEEPER_ENV", "production")
if ENVIRONMENT not in {"production", "development", "test"}:
    raise ImproperlyConfigured(f"SLOTKEEPER_ENV is {ENVIRONMENT!r}; use production, development or test.")

DEBUG = ENVIRONMENT == "development"
TESTING = ENVIRONMENT == "test"

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.str("SLOTKEEPER_DATA", str(BASE_DIR / ".local" / "data")))

# The port that the web answers on, for the addresses that `demo_ids` prints.
WEB_PORT = env.int("SLOTKEEPER_PORT", 8000)

# How people's browsers reach the web, for links in mails: through TLS on the usual port in production.
PUBLIC_SCHEME = "https" if ENVIRONMENT == "production" else "http"
PUBLIC_PORT = env.int("PUBLIC_PORT", 0 if ENVIRONMENT == "production" else WEB_PORT)
