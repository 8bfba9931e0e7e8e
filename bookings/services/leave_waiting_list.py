"""Waiting no longer for a place in an event."""

from datetime import datetime

from django.db import transaction

from bookings import event_errors as errors
from bookings.models import Event, WaitingPlace
from bookings.rules.waiting import IN_LINE, WaitingState
from bookings.services.places import give_place_back
from bookings.services.waiting_line import step
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def leave_waiting_list(*, place: WaitingPlace, now: datetime, expected: frozenset[int] | None = None) -> WaitingPlace:
    """Takes somebody out of the line; what was being offered to them goes to the next one.

    `expected` are the versions of which the caller means one, None for any. Raises GoneError, StaleVersionError,
    NotInLineError.
    """
    locked(Event.objects, place.event_id, no_key=True)
    place = locked(WaitingPlace.objects, place.pk, no_key=True)
    check_version(place.version, expected=expected)
    if place.state not in IN_LINE:
        raise errors.NotInLineError(state=place.state)
    was_offered = place.state == WaitingState.OFFERED
    step(place, WaitingState.LEFT, now=now)
    if was_offered:
        give_place_back(place.event_id)
    return place
