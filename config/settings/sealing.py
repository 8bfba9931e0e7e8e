"""The keys that seal secrets at rest, such as tenants' credentials at mail providers (tenants/secrets.py)."""

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import DATA_DIR, ENVIRONMENT, TESTING, env

__all__ = ["SECRETS_KEYS", "SECRETS_KEY_FILE"]

_EXAMPLE = "the output of `openssl rand -base64 32 | tr '+/' '-_'`."

# The first seals, each of them opens: a new one is put in front of the old one (docs/operations.md).
SECRETS_KEYS = [key.strip() for key in env.str("SECRETS_KEYS", "").split(",") if key.strip()]
if TESTING and not SECRETS_KEYS:
    # The same in all of a test's processes.
    SECRETS_KEYS = ["dGhlLXNhbWUtaW4tYWxsLW9mLWEtdGVzdHMtcHJvY3M="]
# On a machine without SECRETS_KEYS, which production must not be, a key of its own lives here.
SECRETS_KEY_FILE = DATA_DIR / "secrets.key"

if ENVIRONMENT == "production" and not SECRETS_KEYS:
    raise ImproperlyConfigured(f"SECRETS_KEYS is not set. Production needs it, for example {_EXAMPLE}")

for _number, _key in enumerate(SECRETS_KEYS, start=1):
    try:
        Fernet(_key)
    except ValueError:
        # Without the key itself: this ends in logs.
        raise ImproperlyConfigured(f"Key {_number} of SECRETS_KEYS is no key; use for example {_EXAMPLE}") from None
