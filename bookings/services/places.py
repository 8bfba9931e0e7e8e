"""Taking and giving back places of events. Postgres decides: an UPDATE with a condition, and a CHECK behind it."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from bookings.rules.events import EventStatus

# The rows are locked in the order of their ids, whoever asks for which of them: nobody waits in a circle.
_TAKE = """
    WITH wanted AS (SELECT id FROM bookings_event WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)
    UPDATE bookings_event AS event SET taken = event.taken + 1
    FROM wanted WHERE event.id = wanted.id AND event.taken < event.capacity AND event.status = %s
    RETURNING event.id
"""
_GIVE_BACK = "UPDATE bookings_event SET taken = taken - 1 WHERE id = %s"


def take_places(event_ids: Collection[UUID]) -> set[UUID]:
    """Takes one place in each of the events that stand and have one; answers in which."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [sorted(event_ids), EventStatus.SCHEDULED])
        return {row[0] for row in cursor.fetchall()}


def give_place_back(event_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [event_id])
