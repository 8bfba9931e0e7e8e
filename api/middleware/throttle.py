"""The limits where no REST view is: early refusals, the token endpoint, and the headers of every answer."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from api import errors, throttling

# Where a client shows its secret. /oauth/authorize is for people: there the log-in is limited.
_SECRETS = {"/oauth/token", "/oauth/revoke", "/oauth/introspect"}


class ThrottleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.RATE_LIMITS_ON:
            return self.get_response(request)
        is_api = request.path.startswith("/v1/")
        state = throttling.refused.find(request) if is_api else None
        if state is not None:
            response = errors.render(request, errors.RateLimitedError(limit=state.limit, retry_after=state.retry_after))
        else:
            response = self.get_response(request)
            state = getattr(request, "rate_limit", None)
            if state is not None and state.wait and is_api:
                throttling.refused.note(request, state)
        if state is not None:
            throttling.write_headers(response, state)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if request.method != "POST" or request.path not in _SECRETS:
            return None
        try:
            throttling.take_for_token(request, client_id=_client_id(request))
        except errors.EdgeError as error:
            return errors.render(request, error)
        return None


def _client_id(request: HttpRequest) -> str:
    """Who the caller claims to be: by HTTP Basic (RFC 6749, 2.3.1) or in the form; empty when it doesn't say."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return unquote_plus(base64.b64decode(credentials, validate=True).decode().partition(":")[0])
        except ValueError:  # no base64, which text beyond ASCII isn't either, or no UTF-8
            return ""
    return str(request.POST.get("client_id", ""))
