"""Outgoing mail: an SMTP server (`EMAIL_URL`), else one .eml file per mail under DATA/mail."""

from config.settings.environment import DATA_DIR, env

__all__ = [
    "DEFAULT_FROM_EMAIL",
    "EMAIL_BACKEND",
    "EMAIL_FILE_PATH",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "EMAIL_TIMEOUT",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
]

_url = env.email_url("EMAIL_URL", default="consolemail://")
_smtp = bool(env.str("EMAIL_URL", ""))

_asked = str(_url["EMAIL_BACKEND"]) if _smtp else "notifications.channels.email.eml_backend.EmailBackend"
_watched = {"django.core.mail.backends.smtp.EmailBackend": "notifications.channels.email.smtp_backends.WatchedBackend"}

EMAIL_BACKEND = _watched.get(_asked, _asked)
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_HOST = str(_url.get("EMAIL_HOST") or "localhost")
EMAIL_PORT = int(_url.get("EMAIL_PORT") or 25)
EMAIL_HOST_USER = str(_url.get("EMAIL_HOST_USER") or "")
EMAIL_HOST_PASSWORD = str(_url.get("EMAIL_HOST_PASSWORD") or "")
EMAIL_USE_TLS = bool(_url.get("EMAIL_USE_TLS", False))
EMAIL_USE_SSL = bool(_url.get("EMAIL_USE_SSL", False))
# Seconds for each answer of the SMTP talk, within those of smtp_backends.STEP_SECONDS for the whole.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "no-reply@slotkeeper.localhost")
