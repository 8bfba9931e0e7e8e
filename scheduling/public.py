"""What other apps may use of the kernel."""

from scheduling.errors import NoStaffError, PersonNotFoundError, ServiceNotFoundError
from scheduling.models import Client, Hold, Location, Person, Room, Service, StaffMember
from scheduling.models.fields import ZoneField
from scheduling.offers import StaffOffer, offers_of, register_offers
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.rules.names import full_name
from scheduling.selectors.availability import Question, ask
from scheduling.selectors.calendars import calendars
from scheduling.selectors.encounters import Encounter, encounter
from scheduling.selectors.ledger import Held, held_near, held_resources, holders
from scheduling.selectors.schedules import hours_offers, limits_of, terms_of, workers
from scheduling.services.confirm_hold import HoldMismatchError, HoldNotFoundError, reserve_held
from scheduling.services.erase_person import REFUSALS as ERASING_REFUSALS
from scheduling.services.ledger import SlotTakenError, move, release, reserve, reserve_each
from scheduling.services.lock_client import lock_client
from scheduling.services.read_personal_data import personal_data
from scheduling.services.register_person import (
    EmailTakenError,
    PersonData,
    PersonOfAnotherBrandError,
    ensure_staff_member,
)
from scheduling.services.take_offered_time import TakenTime, take_offered_time

__all__ = [
    "ERASING_REFUSALS",
    "Client",
    "EmailTakenError",
    "Encounter",
    "Held",
    "Hold",
    "HoldMismatchError",
    "HoldNotFoundError",
    "Location",
    "NoStaffError",
    "Period",
    "Person",
    "PersonData",
    "PersonNotFoundError",
    "PersonOfAnotherBrandError",
    "Question",
    "Room",
    "Service",
    "ServiceNotFoundError",
    "SlotTakenError",
    "StaffMember",
    "StaffOffer",
    "Subject",
    "TakenTime",
    "ZoneField",
    "ask",
    "calendars",
    "encounter",
    "ensure_staff_member",
    "full_name",
    "held_near",
    "held_resources",
    "holders",
    "hours_offers",
    "limits_of",
    "lock_client",
    "move",
    "offers_of",
    "personal_data",
    "register_offers",
    "release",
    "reserve",
    "reserve_each",
    "reserve_held",
    "take_offered_time",
    "terms_of",
    "workers",
]
