"""Passing on the places that nobody booked in time, and ending the lines of events that have begun."""

import logging
import time
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bookings.models import Event, WaitingPlace
from bookings.rules.waiting import WaitingState
from bookings.services.places import end_expired_offers
from bookings.services.waiting_line import close_line
from tenants.due import earliest
from tenants.errors import GoneError
from tenants.leases import database_now
from tenants.locking import locked

logger = logging.getLogger(__name__)

# Of one turn: it must end before the task's time limit. What is left is found by the next sweep.
SECONDS: Final = 20.0
MOST_EVENTS: Final = 1000
# By the indexes of those who wait and of those who are offered something; what is over is not looked at.
_DUE: Final = """
    least(
        (SELECT min(offered_until) FROM {schema}.bookings_waitingplace WHERE state = 'offered'),
        (
            SELECT min(event.starts_at) FROM {schema}.bookings_waitingplace place
            JOIN {schema}.bookings_event event ON event.id = place.event_id WHERE place.state = 'waiting'
        )
    )
"""


def tenants_with_due_lines() -> list[str]:
    """The schemas of the active tenants in which an offer has expired or people wait for what has begun."""
    now = database_now()
    return [schema for schema, at in earliest(_DUE).items() if at <= now]


def pass_on_offers() -> int:
    """Deals with the lines of the current tenant that are due, each in a transaction of its own; answers with how
    many. Whoever is killed in between leaves the rest as it is, for the next one."""
    deadline, done = time.monotonic() + SECONDS, 0
    for event_id in _due_events(now=database_now()):
        if time.monotonic() > deadline:
            break
        try:
            _pass_on(event_id)
            done += 1
        except GoneError:
            continue
        except Exception:  # one event's trouble must not stop the others
            logger.exception("The line of an event could not be dealt with")
    return done


def _due_events(*, now: datetime) -> list[UUID]:
    expired = Q(state=WaitingState.OFFERED, offered_until__lte=now)
    begun = Q(state=WaitingState.WAITING, event__starts_at__lte=now)
    found = (
        WaitingPlace.objects.filter(which).order_by().values_list("event_id", flat=True) for which in (expired, begun)
    )
    first, second = found
    return list(first.union(second)[:MOST_EVENTS])


@transaction.atomic
def _pass_on(event_id: UUID) -> None:
    event = locked(Event.objects, event_id, no_key=True)
    end_expired_offers([event_id])
    now = database_now()
    if event.starts_at <= now:
        close_line(event, now=now)
