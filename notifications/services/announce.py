"""Telling all who want to know what happened to a booking: the one call that the domains make."""

from collections.abc import Sequence
from datetime import datetime

from notifications.rules import Event
from notifications.services.hints import hint_here
from notifications.services.plan_deliveries import plan_deliveries
from notifications.services.plan_messages import plan_for_former, plan_messages
from notifications.subjects import Former, Occasion


def announce(*, event: Event, occasion: Occasion, now: datetime, former: Former | None = None) -> None:
    """Plans the messages and webhooks of `event` in the caller's transaction, and drops messages no longer true.

    `former` had the booking until now and has it no more: to them it is cancelled, to nobody else. Nothing leaves
    before the commit; afterwards the workers are given a hint when to look.
    """
    due = [
        plan_messages(event=event, occasion=occasion, now=now),
        plan_for_former(former, occasion=occasion, now=now) if former else None,
        plan_deliveries(event=event, occasion=occasion, now=now),
    ]
    if due_at := min(filter(None, due), default=None):
        hint_here(due_at)


def announce_all(*, event: Event, occasions: Sequence[Occasion], now: datetime) -> None:
    """As `announce`, of several bookings to which the same happened."""
    for occasion in occasions:
        announce(event=event, occasion=occasion, now=now)
