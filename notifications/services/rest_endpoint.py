"""Webhook endpoints that are left alone for a while: in trouble, or slow. None of them takes a worker for itself."""

from datetime import timedelta
from uuid import UUID

from notifications.services.rests import Rests

_ENDPOINTS = Rests("webhooks")
# However long an endpoint asks for.
_LONGEST_ASKED_SECONDS = 3600
# One that takes longer to answer rests for four times as long: at most a fifth of a worker's time is its own.
_SLOW_SECONDS = 1.0
_REST_FACTOR = 4


def rest_endpoint(endpoint_id: UUID, *, asked: timedelta | None = None) -> None:
    """Leaves an endpoint in trouble alone: as long as it asked for, else longer with each failure."""
    _ENDPOINTS.fail(str(endpoint_id))
    if asked:
        _ENDPOINTS.leave_alone(str(endpoint_id), seconds=min(asked.total_seconds(), _LONGEST_ASKED_SECONDS))


def rest_if_slow(endpoint_id: UUID, *, milliseconds: int) -> bool:
    """Whether an endpoint that works is so slow that it is left alone for a while."""
    seconds = milliseconds / 1000
    if seconds < _SLOW_SECONDS:
        return False
    _ENDPOINTS.leave_alone(str(endpoint_id), seconds=seconds * _REST_FACTOR)
    return True


def wake_endpoint(endpoint_id: UUID) -> None:
    """It works, or somebody says so."""
    _ENDPOINTS.works(str(endpoint_id))


def resting_endpoints() -> dict[UUID, float]:
    """The current tenant's endpoints that are left alone, and for how many more seconds."""
    return {UUID(name): seconds for name, seconds in _ENDPOINTS.resting().items()}
