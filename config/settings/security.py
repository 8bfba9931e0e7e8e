"""Secrets, hosts, cookies and passwords. Production refuses to start half configured."""

import secrets

from django.core.exceptions import ImproperlyConfigured

from accounts.content_policy import ANSWER
from config.settings.environment import ENVIRONMENT, TESTING, env

__all__ = [
    "ALLOWED_HOSTS",
    "AUTHENTICATION_BACKENDS",
    "AUTH_PASSWORD_VALIDATORS",
    "AUTH_USER_MODEL",
    "CONTENT_SECURITY_POLICY",
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SAMESITE",
    "CSRF_COOKIE_SECURE",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "LOGIN_REDIRECT_URL",
    "LOGIN_URL",
    "MESSAGE_STORAGE",
    "PASSWORD_HASHERS",
    "PLATFORM_HOSTS",
    "SECRET_KEY",
    "SECURE_CONTENT_TYPE_NOSNIFF",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_REDIRECT_EXEMPT",
    "SECURE_REFERRER_POLICY",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_AGE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE",
    "SILENCED_SYSTEM_CHECKS",
    "X_FRAME_OPTIONS",
]

_production = ENVIRONMENT == "production"


def _required(name: str, example: str) -> str:
    value: str = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Production needs it, for example {example}")
    return value


if _production:
    SECRET_KEY = _required("SECRET_KEY", "the output of `openssl rand -base64 48`.")
    ALLOWED_HOSTS = _required("ALLOWED_HOSTS", ".slotkeeper.example,booking.example").split(",")
    # The hosts that belong to no tenant: the operators' admin, and the API when X-Tenant names one.
    PLATFORM_HOSTS = set(_required("PLATFORM_HOSTS", "slotkeeper.example").split(","))
    _required("REDIS_URL", "redis://:password@host:6379/0")
else:
    # Known to all, so only where DEBUG is on; the tests get another one in each process.
    SECRET_KEY = secrets.token_urlsafe() if TESTING else "development only: production needs its own"
    ALLOWED_HOSTS = [".localhost", "127.0.0.1", "[::1]", "testserver", ".test"]
    PLATFORM_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [{"NAME": "accounts.password_validation.EndSignIns"}]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher" if TESTING else "django.contrib.auth.hashers.ScryptPasswordHasher",
    "accounts.hashers.ClientSecretHasher",
]

LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/admin/"

# Bodies above 1 MiB are refused with 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# With the prefix a browser takes the cookie from this very host alone, over TLS, for all of its paths: another
# tenant's host can neither read it nor set one in its place.
_cookie_prefix = "__Host-" if _production else ""
SESSION_COOKIE_NAME = f"{_cookie_prefix}session"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _production
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# A working day from the sign-in, whether used or not: a sliding end would write a row with every page.
SESSION_COOKIE_AGE = 12 * 3600
# In the session and not in a cookie of its own: what they say of people stays on the server.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What an answer without a policy of its own has: that of an answer to a program.
CONTENT_SECURITY_POLICY = {"DIRECTIVES": ANSWER}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Django's CSRF check reads the Referer of our own pages; nobody else is told one.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _production
# A load balancer asks for these in plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _production
# Only behind a proxy that always sets the header may it be believed.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", False) else None
X_FRAME_OPTIONS = "DENY"

# E-mail addresses are unique by a constraint on lower(email), which this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
