from scheduling.models.erasures import Erasure
from scheduling.models.holds import Hold
from scheduling.models.hours import Closure, HoursException, WorkingHours
from scheduling.models.ledger import Reservation
from scheduling.models.people import Client, Person, StaffMember
from scheduling.models.resources import Location, Resource, Room
from scheduling.models.services import Service, ServiceHours, ServiceNeed

__all__ = [
    "Client",
    "Closure",
    "Erasure",
    "Hold",
    "HoursException",
    "Location",
    "Person",
    "Reservation",
    "Resource",
    "Room",
    "Service",
    "ServiceHours",
    "ServiceNeed",
    "StaffMember",
    "WorkingHours",
]
