"""Turns: one worker at a time for a tenant, so that no tenant takes the workers from the others."""

from tenants.context import current_schema
from tenants.valkey import ValkeyGoneError, key, valkey

# Longer than all but the slowest messages take. A worker that is killed holds its tenant up no longer than this; one
# that waits or works longer may get company, which does no harm.
AWAKE_SECONDS = 15
# Until then a worker must have begun: so long may the queue be.
QUEUED_SECONDS = 60


def claim_turn() -> bool:
    """Whether the caller may wake a worker for the current tenant: nobody has, or that one is done.

    Valkey's memory is all that this needs: were it lost, a tenant would have two workers for a while, who
    share its messages without sending any twice. Raises ValkeyGoneError.
    """
    return bool(valkey().ask(lambda client: client.set(_key(), "1", nx=True, ex=QUEUED_SECONDS)))


def keep_turn() -> None:
    """Says that the worker is still at the current tenant."""
    try:
        valkey().ask(lambda client: client.expire(_key(), AWAKE_SECONDS))
    except ValkeyGoneError:
        return  # then another may come to help


def end_turn() -> None:
    """Says that the worker is done with the current tenant; the next sweep may wake another."""
    try:
        valkey().ask(lambda client: client.delete(_key()))
    except ValkeyGoneError:
        return  # it ends by itself


def _key() -> str:
    return key("awake", current_schema())
