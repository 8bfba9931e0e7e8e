"""The API's limits: of each caller, of all callers of a tenant together, and of addresses without a token."""

import hashlib
import time
from collections import OrderedDict
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from api.authentication import Principal
from api.errors import BusyError, RateLimitedError
from api.request import principal_of, tenant_of
from tenants.throttling import limiter
from tenants.throttling.address import client_address
from tenants.throttling.rules import MICROSECONDS, Bucket, State, tightest


def take(request: Request) -> None:
    """One request of its caller and of its tenant. Raises RateLimitedError. After authentication."""
    if request.user is None:
        take_as_nobody(request)
        return
    schema = tenant_of(request).schema_name
    _take(
        request,
        limiter.bucket(schema, principal_of(request).key, settings.RATE_LIMITS["principal"]),
        limiter.bucket(schema, "all", settings.RATE_LIMITS["tenant"]),
    )


def take_as_nobody(request: Request) -> None:
    """One request without a valid token, of its address in the tenant. Raises RateLimitedError.

    It is not of the tenant's total: strangers must not use that up.
    """
    who = f"address:{client_address(request)}"
    _take(request, limiter.bucket(tenant_of(request).schema_name, who, settings.RATE_LIMITS["anonymous"]))


def take_for_token(request: HttpRequest, *, client_id: str) -> None:
    """One call of the token endpoint, of its client at its address and of the address.

    Raises RateLimitedError, and BusyError when nobody can count: secrets are not to be tried uncounted.
    """
    if not settings.RATE_LIMITS_ON:
        return
    schema, address = request.tenant.schema_name, client_address(request)  # type: ignore[attr-defined]
    client = hashlib.sha256(client_id.encode()).hexdigest()[:32]
    buckets = [
        limiter.bucket(schema, f"token:{address}:{client}", settings.RATE_LIMITS["token_client"]),
        limiter.bucket(schema, f"token:{address}", settings.RATE_LIMITS["token_address"]),
    ]
    try:
        states = limiter.take_strictly(buckets)
    except limiter.LimiterUnavailableError as error:
        raise BusyError from error
    _told(request, tightest(states))


def take_for_address(request: HttpRequest, *, what: str, digest: str) -> None:
    """One request at an address that is a secret, of this secret and of who asks. Raises RateLimitedError.

    `what` names the limit. Before the secret is looked up, so that guessing costs the same as knowing.
    """
    if not settings.RATE_LIMITS_ON:
        return
    schema, address = request.tenant.schema_name, client_address(request)  # type: ignore[attr-defined]
    states = limiter.take(
        [
            limiter.bucket(schema, f"{what}:{digest[:32]}", settings.RATE_LIMITS[what]),
            limiter.bucket(schema, f"{what}-address:{address}", settings.RATE_LIMITS[f"{what}_address"]),
        ]
    )
    _told(request, tightest(states))


def _take(request: Request, *buckets: Bucket) -> None:
    if settings.RATE_LIMITS_ON:
        _told(request._request, tightest(limiter.take(buckets)))  # noqa: SLF001 - what the middleware sees


def _told(request: HttpRequest, state: State) -> None:
    request.rate_limit = state  # type: ignore[attr-defined]
    if state.wait:
        raise RateLimitedError(limit=state.limit, retry_after=state.retry_after)


def write_headers(response: HttpResponseBase, state: State) -> None:
    """How much may still be asked: `Reset` is the seconds until the whole allowance is there."""
    response["X-RateLimit-Limit"] = str(state.limit)
    response["X-RateLimit-Remaining"] = str(state.remaining)
    response["X-RateLimit-Reset"] = str(state.reset_after)


class Refused:
    """Whom this process refused a moment ago: until they may ask again, they are refused before any work.

    A caller is told apart by all that tenant and principal follow from: the host, X-Tenant, the token and the
    address. So this answers nobody who wouldn't get the same from the bucket.
    """

    def __init__(self, *, size: int = 10_000) -> None:
        self._size = size
        self._states: OrderedDict[Any, tuple[float, State, Any]] = OrderedDict()

    def note(self, request: HttpRequest, state: State) -> None:
        user = getattr(request, "user", None)
        self._states[_caller(request)] = (time.monotonic(), state, user if isinstance(user, Principal) else None)
        if len(self._states) > self._size:
            self._states.popitem(last=False)

    def find(self, request: HttpRequest) -> State | None:
        """What the bucket would say now; None for who may ask. Sets `request.user`, by whom CORS decides."""
        if not self._states:
            return None
        caller = _caller(request)
        noted = self._states.get(caller)
        if noted is None:
            return None
        passed = int((time.monotonic() - noted[0]) * MICROSECONDS)
        state = noted[1]
        if passed >= state.wait:
            self._states.pop(caller, None)
            return None
        request.user = noted[2]
        return State(limit=state.limit, remaining=0, wait=state.wait - passed, reset=max(0, state.reset - passed))

    def clear(self) -> None:
        self._states.clear()


refused = Refused()


def _caller(request: HttpRequest) -> Any:
    headers = request.META
    token = hashlib.sha256(headers.get("HTTP_AUTHORIZATION", "").encode(errors="replace")).digest()
    return headers.get("HTTP_HOST"), headers.get("HTTP_X_TENANT"), token, client_address(request)
