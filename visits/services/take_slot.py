"""What booking a visit and moving one share: whether it may be in a slot, and taking the slot's time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from scheduling.errors import REFUSALS as OF_THE_ENGINE
from scheduling.public import Client, NoStaffError, Service, StaffOffer, Subject, TakenTime, take_offered_time
from scheduling.rules.wall_time import rfc3339
from scheduling.services.take_offered_time import Take
from tenants.errors import DomainError, GoneError
from visits import errors
from visits.models import Slot, Visit
from visits.selectors.offers import does
from visits.selectors.slots import is_booked, nearest_free

REFUSALS: Final[list[type[DomainError]]] = [
    errors.SlotNotFoundError,
    errors.VisitTypeNotOfferedError,
    errors.VisitTypeTooLongError,
    errors.OwnSlotError,
    errors.SlotBookedError,
    errors.ProviderBusyError,
    NoStaffError,
    GoneError,
    *OF_THE_ENGINE,
]


def check_slot(slot: Slot, *, service: Service, client: Client) -> None:
    """Whether this visit type fits in the slot and is done by its provider, who is not the client.

    Raises VisitTypeNotOfferedError, VisitTypeTooLongError, OwnSlotError.
    """
    if slot.provider.person_id == client.person_id:
        raise errors.OwnSlotError
    if not does(service, slot.provider):
        raise errors.VisitTypeNotOfferedError(visit_type=service.code)
    if slot.minutes < service.duration_minutes:
        raise errors.VisitTypeTooLongError(
            visit_type=service.code, minutes=service.duration_minutes, slot_minutes=slot.minutes
        )


def take_time(
    visit: Visit, offers: Sequence[StaffOffer], *, now: datetime, take: Take | None = None, but: Subject | None = None
) -> TakenTime:
    """Takes the time of the visit's start of whoever offers it. Raises what the engine does."""
    return take_offered_time(
        offers=offers,
        brand_id=visit.brand_id,
        start=visit.starts_at,
        subject=Subject(Visit.SUBJECT_KIND, visit.pk),
        now=now,
        take=take,
        but=but,
    )


def put_in_slot(visit: Visit, taken: TakenTime) -> None:
    """Writes the slot whose time was taken into the visit, without saving it.

    Raises GoneError where the slot was closed between the look and the taking; who closes it from now on waits.
    """
    # Only who has the time comes here: of those who wanted it, nobody else waits for this lock.
    wanted = Slot.objects.open().filter(
        provider=taken.offer.staff_number, brand=visit.brand_id, starts_at=visit.starts_at
    )
    slot = wanted.with_provider().select_for_update(of=("self",), no_key=True).first()
    if slot is None:
        raise GoneError
    visit.slot, visit.provider, visit.duration_minutes = slot, slot.provider, taken.minutes


def why_busy(slot: Slot, service: Service, *, now: datetime) -> DomainError:
    """Who has the time: another visit of this slot, or something else of the provider's. Offers the nearest starts."""
    starts = ", ".join(map(rfc3339, nearest_free(slot, service, now=now)))
    said = {"starts_at": rfc3339(slot.starts_at), "nearest": f" Free: {starts}." if starts else ""}
    return errors.SlotBookedError(**said) if is_booked(slot) else errors.ProviderBusyError(**said)
