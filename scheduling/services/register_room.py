"""Registering rooms."""

from django.db import transaction

from scheduling.models import Location, Resource, Room


@transaction.atomic
def register_room(*, name: str, location: Location, seats: int = 1) -> Room:
    """Makes a room at the location, with the resource that takes its time in the location's zone."""
    resource = Resource.objects.create(
        kind=Resource.Kind.ROOM, name=name, timezone=location.timezone, location=location
    )
    return Room.objects.create(resource=resource, location=location, seats=seats)
