"""Headers of every answer that Django has no setting for: what browsers and caches may do with it."""

from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

# Nothing here needs a device, so no page may ask for one, ours or one that gets itself into ours.
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)


class HeadersMiddleware:
    """Keeps answers out of other sites' pages and out of caches, unless they say themselves how long they keep."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", _PERMISSIONS)
        # Concerns loads without CORS alone (Fetch, "cross-origin resource policy check"): what CORS
        # opens to a client application stays readable to it.
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # With an ETag a client may keep its copy, and must ask whether it still holds.
        response.setdefault("Cache-Control", "private, no-cache" if "ETag" in response else "no-store")
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """django-csp's. In development it leaves out every 404 and 500; here only the pages that Django itself makes."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response = super().process_response(request, response)
        if HEADER not in response and not _is_djangos(response):
            parts = self.get_policy_parts(request=request, response=response)
            response[HEADER] = build_policy(config=parts.config, update=parts.update, replace=parts.replace)
        return response


def _is_djangos(response: HttpResponseBase) -> bool:
    """Whether this is a technical page of development: it has its styles inside, and no view chose its policy."""
    is_page = response.get("Content-Type", "").startswith("text/html")
    return settings.DEBUG and is_page and not hasattr(response, "_csp_config")
