"""What this thread works on, a request or a task, for the log lines that are written meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars, get_contextvars


@contextmanager
def working_on(**facts: Any) -> Iterator[None]:
    """For the block, every log line carries `facts`. Nothing of another request or task is left in it, or after it."""
    clear_contextvars()
    bind_contextvars(**facts)
    try:
        yield
    finally:
        clear_contextvars()


def also(**facts: Any) -> Any:
    """A block within the work whose lines carry `facts` too."""
    return bound_contextvars(**facts)


def note(**facts: Any) -> None:
    """From here to the end of the work its lines carry `facts` too."""
    bind_contextvars(**facts)


def request_id() -> str | None:
    """The id of the request that is being answered, or that sent the task. None outside of both."""
    found = get_contextvars().get("request_id")
    return None if found is None else str(found)


def principal_key(request: Any) -> str | None:
    """Opaque and unique in the tenant, `user:<id>`; None before authentication. Asks the database nothing."""
    user: Any = getattr(request, "__dict__", {}).get("user")
    # By its type: behind the session's lazy user is a query, which even `hasattr` would send.
    if hasattr(type(user), "key"):
        return str(user.key)
    signed_in = getattr(getattr(request, "_cached_user", None), "pk", None)
    return None if signed_in is None else f"user:{signed_in}"
