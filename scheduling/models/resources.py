from typing import ClassVar

from django.db import models

from scheduling.models.fields import ZoneField
from tenants.ids import new_id


class Location(models.Model):
    """An address where people meet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=500, blank=True)
    timezone = ZoneField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """Anything that can be in one place at a time. Time is taken on resources, and on nothing else."""

    class Kind(models.TextChoices):
        STAFF = "staff", "Staff member"
        ROOM = "room", "Room"
        EQUIPMENT = "equipment", "Equipment"
        CLIENT = "client", "Client"

    # One less than a person's two names and the blank between them may have.
    NAME_LENGTH: ClassVar = 200

    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = models.CharField(max_length=NAME_LENGTH)
    timezone = ZoneField(help_text="The zone of its working hours.")
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A room: a resource with a location and a number of seats."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.OneToOneField(Resource, on_delete=models.PROTECT)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="rooms")
    seats = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["resource__name"]

    def __str__(self) -> str:
        return self.resource.name
