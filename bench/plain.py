"""Settings without what the edge adds to each request: the other side of `bin/bench features`."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as WHOLE

_ADDED = (
    "api.middleware.telemetry.",
    "api.middleware.headers.",
    "api.middleware.throttle.",
    "corsheaders.",
)
MIDDLEWARE = [name for name in WHOLE if not name.startswith(_ADDED)]
METRICS = False
RATE_LIMITS_ON = False
