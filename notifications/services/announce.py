"""Telling all who want to know what happened to a booking: the one call that the domains make."""

from collections.abc import Sequence
from datetime import datetime

from notifications.rules import Event
from notifications.services.hints import hint_here
from notifications.services.plan_deliveries import plan_deliveries
from notifications.services.plan_messages import plan_for_former, plan_messages
from notifications.subjects import Former, Occasion


def announce(*, event: Event, occasion: Occasion, now: datetime, former: Former | None = None) -> None:
    """As `announce_all`, of one booking. `former` had it until now and has it no more: to them it is cancelled, to
    nobody else."""
    announce_all(event=event, occasions=[occasion], now=now)
    if former and (due_at := plan_for_former(former, occasion=occasion, now=now)):
        hint_here(due_at)


def announce_all(*, event: Event, occasions: Sequence[Occasion], now: datetime) -> None:
    """Plans the messages and webhooks of `event`, which happened to all these bookings, each of them named once, in
    the caller's transaction; drops messages no longer true. At most four statements, however many bookings.

    Nothing leaves before the commit; afterwards the workers are given a hint when to look.
    """
    if not occasions:
        return
    due = [
        plan_messages(event=event, occasions=occasions, now=now),
        plan_deliveries(event=event, occasions=occasions, now=now),
    ]
    if due_at := min(filter(None, due), default=None):
        hint_here(due_at)
