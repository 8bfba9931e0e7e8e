from scheduling.models.hours import Closure, HoursException, WorkingHours
from scheduling.models.ledger import Reservation
from scheduling.models.people import Client, Person, StaffMember
from scheduling.models.resources import Location, Resource, Room

__all__ = [
    "Client",
    "Closure",
    "HoursException",
    "Location",
    "Person",
    "Reservation",
    "Resource",
    "Room",
    "StaffMember",
    "WorkingHours",
]
