"""CORS per client application, by django-cors-headers: see docs/adr/0010.

A preflight names nobody: it is let through where any application of the tenant lists the origin. The answer to
the request itself may be read by that origin's page only if the token's own application lists it, or if the
request had no token. API keys are for servers: no page of any origin may read what they get.
"""

import re
import time
from typing import Any, Final

from corsheaders.signals import check_request_enabled
from django.conf import settings
from django.db import Error
from django.http import HttpRequest

from accounts.access.models import Application
from api.authentication import Principal
from tenants.context import current_schema

# A changed list is known to every process after so many seconds.
CACHE_SECONDS: Final = 5.0
# By schema: the origins of each application.
_cache: dict[str, tuple[float, dict[int, frozenset[str]]]] = {}


def forget() -> None:
    """Empties this process' cache."""
    _cache.clear()


def is_allowed(sender: Any, request: HttpRequest, **_more: Any) -> bool:  # noqa: ARG001 - a signal's receiver
    """Whether the page that sent the request may read the answer."""
    origin = request.headers.get("Origin", "")
    if not origin or getattr(request, "tenant", None) is None or not re.match(settings.CORS_URLS_REGEX, request.path):
        return False
    by_application = _origins()
    caller = getattr(request, "user", None)
    if isinstance(caller, Principal) and request.method != "OPTIONS":
        return origin in by_application.get(caller.application_id or 0, frozenset())
    return any(origin in origins for origins in by_application.values())


def _origins() -> dict[int, frozenset[str]]:
    schema, now = current_schema(), time.monotonic()
    hit = _cache.get(schema)
    if hit is None or hit[0] < now:
        try:
            listed = dict(Application.objects.exclude(allowed_origins="").values_list("pk", "allowed_origins"))
        except Error:  # the view meets it too, and has an answer for it
            return {}
        hit = _cache[schema] = (now + CACHE_SECONDS, {key: frozenset(text.split()) for key, text in listed.items()})
    return hit[1]


check_request_enabled.connect(is_allowed, dispatch_uid="slotkeeper")
