"""How often a password may be tried, wherever a form asks for one.

Every log-in form that goes through `django.contrib.auth.authenticate` is covered by `accounts.backends`. Other pages
that take a secret or send a mail (a reset, an invitation) call `take_attempt` themselves.
"""

import hashlib
import logging

from django.conf import settings
from django.http import HttpRequest

from tenants.context import current_schema
from tenants.errors import DomainError, Kind
from tenants.throttling import limiter
from tenants.throttling.address import client_address
from tenants.throttling.rules import Bucket, tightest

logger = logging.getLogger(__name__)

# An address from which somebody signed in is theirs for so long.
KNOWN_SECONDS = 30 * 24 * 3600


class TooManyAttemptsError(DomainError):
    """The same for an account that exists and for one that does not."""

    code = "too_many_attempts"
    kind = Kind.LIMITED
    message = "Too many attempts. Come back in {wait}, then try again."


class SignInUnavailableError(DomainError):
    """Attempts can't be counted now, and are not to go uncounted."""

    code = "sign_in_unavailable"
    kind = Kind.UNAVAILABLE
    message = "Signing in does not work for a moment. Try again in a few seconds."


class Attempt:
    """One attempt, counted as failed until `succeeded` gives it back."""

    def __init__(self, buckets: list[Bucket], *, known: str) -> None:
        self._buckets = buckets
        self._known = known

    def succeeded(self) -> None:
        """Gives the attempt back, and remembers the address as one of the account's."""
        if not self._buckets:
            return
        try:
            limiter.take_strictly(self._buckets, cost=-1)
            limiter.limiter().remember(self._known, seconds=KNOWN_SECONDS)
        except limiter.LimiterUnavailableError:
            # It was counted when it began; that it stays counted harms nobody much.
            logger.warning("A successful sign-in stays counted as an attempt")


def take_attempt(request: HttpRequest | None, *, account: str, action: str = "signin") -> Attempt:
    """Counts an attempt on an account (its e-mail address, existing or not) before the secret is looked at.

    Three limits: of the account from this address; of the address; and, much higher, of the account from anywhere,
    so that a guess spread over many addresses ends too. The last does not bind an address from which the account
    signed in lately: strangers can't lock its owner out. `request` None is a shell or a test: not limited.

    Raises TooManyAttemptsError, and SignInUnavailableError when Valkey is gone.
    """
    if request is None or not settings.RATE_LIMITS_ON:
        return Attempt([], known="")
    schema, address = current_schema(), client_address(request)
    name = hashlib.sha256(account.strip().lower().encode(errors="replace")).hexdigest()[:32]
    limits = settings.RATE_LIMITS
    known = limiter.bucket(schema, f"known:{name}:{address}", limits["signin"]).key
    buckets = [
        limiter.bucket(schema, f"{action}:{name}:{address}", limits["signin"]),
        limiter.bucket(schema, f"{action}:address:{address}", limits["signin_address"]),
    ]
    try:
        if not limiter.limiter().remembers(known):
            buckets.append(limiter.bucket(schema, f"{action}:account:{name}", limits["signin_account"]))
        state = tightest(limiter.take_strictly(buckets))
    except limiter.LimiterUnavailableError as error:
        raise SignInUnavailableError(retry_after=2) from error
    if state.wait:
        raise TooManyAttemptsError(wait=_spoken(state.retry_after), retry_after=state.retry_after)
    return Attempt(buckets, known=known)


def _spoken(seconds: int) -> str:
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds} seconds" if seconds > 1 else "a second"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes > 1 else "a minute"
