"""Rate limits: how much, and whether at all (docs/rate-limits.md)."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import TESTING, env
from tenants.throttling.rules import Limit, parse_limit

__all__ = ["BODIES_AT_ONCE", "BODY_TIMEOUT_SECONDS", "RATE_LIMITS", "RATE_LIMITS_ON", "TRUSTED_PROXIES"]

# Tests that are about something else must not meet a limit by accident.
_NONE = "999999999/s"


def _limit(name: str, default: str) -> Limit:
    try:
        return parse_limit(env.str(name, _NONE if TESTING else default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


RATE_LIMITS_ON = env.bool("RATE_LIMITS", True)

RATE_LIMITS = {
    # Of the API: each caller, all callers of a tenant together, and each address that shows no valid token.
    "principal": _limit("RATE_LIMIT_PRINCIPAL", "60/3s"),
    "tenant": _limit("RATE_LIMIT_TENANT", "120/3s"),
    "anonymous": _limit("RATE_LIMIT_ANONYMOUS", "30/30s"),
    # Of /oauth/token: each client at its address, and the address.
    "token_client": _limit("RATE_LIMIT_TOKEN_CLIENT", "60/m"),
    "token_address": _limit("RATE_LIMIT_TOKEN_ADDRESS", "300/m"),
    # Of /calendars/: each feed's secret, and each address. The big calendars fetch everybody's from a few addresses.
    "calendar": _limit("RATE_LIMIT_CALENDAR", "20/m"),
    "calendar_address": _limit("RATE_LIMIT_CALENDAR_ADDRESS", "300/m"),
    # Of /mail-reports/: each account's secret, and each address. A provider tells of all its customers' mails from few.
    "mail_reports": _limit("RATE_LIMIT_MAIL_REPORTS", "600/m"),
    "mail_reports_address": _limit("RATE_LIMIT_MAIL_REPORTS_ADDRESS", "1200/m"),
    # Failed passwords: of an account from one address, from an address, and of an account from anywhere.
    "signin": _limit("RATE_LIMIT_SIGNIN", "10/15m"),
    "signin_address": _limit("RATE_LIMIT_SIGNIN_ADDRESS", "50/15m"),
    "signin_account": _limit("RATE_LIMIT_SIGNIN_ACCOUNT", "200/h"),
    # Of a link to unsubscribe: whoever has it, back and forth.
    "unsubscribe": _limit("RATE_LIMIT_UNSUBSCRIBE", "20/m"),
    # Test messages of a tenant's channels: each goes to an address that its staff types.
    "channel_tests": _limit("RATE_LIMIT_CHANNEL_TESTS", "5/m"),
}

# How many proxies of one's own a request comes through: so many entries of X-Forwarded-For are believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 1 if env.bool("BEHIND_TLS_PROXY", False) else 0)
if TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured("TRUSTED_PROXIES counts proxies: 0 or more.")

# How long a request's body may take, and how many may be under way at once in a process.
BODY_TIMEOUT_SECONDS = env.float("BODY_TIMEOUT_SECONDS", 10.0)
BODIES_AT_ONCE = env.int("BODIES_AT_ONCE", 256)
if BODY_TIMEOUT_SECONDS <= 0 or BODIES_AT_ONCE < 1:
    raise ImproperlyConfigured("BODY_TIMEOUT_SECONDS and BODIES_AT_ONCE must be above 0.")
