"""What other apps may use of the kernel."""

from scheduling.models import Client, Person, Room, StaffMember
from scheduling.models.fields import ZoneField
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.rules.names import full_name
from scheduling.selectors.encounters import Encounter, closed_days, encounter
from scheduling.selectors.ledger import Held, busy, held_near, holders
from scheduling.services.ledger import SlotTakenError, move, release, reserve
from scheduling.services.register_person import (
    EmailTakenError,
    PersonData,
    PersonOfAnotherBrandError,
    ensure_staff_member,
)

__all__ = [
    "Client",
    "EmailTakenError",
    "Encounter",
    "Held",
    "Period",
    "Person",
    "PersonData",
    "PersonOfAnotherBrandError",
    "Room",
    "SlotTakenError",
    "StaffMember",
    "Subject",
    "ZoneField",
    "busy",
    "closed_days",
    "encounter",
    "ensure_staff_member",
    "full_name",
    "held_near",
    "holders",
    "move",
    "release",
    "reserve",
]
