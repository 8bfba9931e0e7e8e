"""Changing what is known of a room."""

from django.db import transaction

from scheduling.models import Location, Resource, Room


@transaction.atomic
def change_room(*, room: Room, name: str, location: Location, seats: int) -> Room:
    """Sets the room's name, location and seats. Its calendar carries the name, and the location's zone."""
    room.location, room.seats = location, seats
    room.save(update_fields=["location", "seats"])
    Resource.objects.filter(pk=room.resource_id).update(name=name, timezone=location.timezone, location=location)
    room.resource.refresh_from_db()
    return room
