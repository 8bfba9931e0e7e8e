"""Booking a visit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from notifications.public import Event, announce
from scheduling.errors import BusyError
from scheduling.public import (
    Client,
    Hold,
    HoldMismatchError,
    HoldNotFoundError,
    Period,
    Service,
    StaffOffer,
    Subject,
    TakenTime,
    held_resources,
    lock_client,
    reserve_held,
)
from scheduling.rules.wall_time import rfc3339
from tenants.errors import DomainError, GoneError
from tenants.ids import new_id
from visits import errors
from visits.models import Slot, Visit
from visits.selectors.offers import slot_offer, visit_offers
from visits.selectors.slots import open_slot_of_brand, patient
from visits.selectors.slots import visit_type as known_visit_type
from visits.selectors.visits import occasion
from visits.services.take_slot import REFUSALS as OF_SLOTS
from visits.services.take_slot import check_slot, put_in_slot, take_time, why_busy

REFUSALS: list[type[DomainError]] = [
    errors.UnknownPatientError,
    errors.VisitTypeNotFoundError,
    *OF_SLOTS,
    HoldNotFoundError,
    HoldMismatchError,
]


@transaction.atomic
def book_visit(
    *,
    brand_id: UUID,
    patient_id: UUID,
    visit_type: str,
    slot_id: UUID | None = None,
    starts_at: datetime | None = None,
    hold: Hold | None = None,
    reason: str | None = None,
    notes: str | None = None,
    now: datetime,
) -> Visit:
    """Books a visit into a slot, or raises one of REFUSALS saying why not.

    Without `slot_id` it is the least busy of the providers who have an open slot at `starts_at`; how that was decided
    is stored with the visit. Takes the time of the slot with the buffers of the visit type; time that `hold` keeps is
    taken over from it.
    """
    service = known_visit_type(code=visit_type, brand_id=brand_id)
    client = lock_client(patient(patient_id=patient_id, brand_id=brand_id))
    visit = _new(service, client, reason=reason, notes=notes, now=now)
    if slot_id is not None:
        slot = open_slot_of_brand(slot_id=slot_id, brand_id=brand_id)
        visit.starts_at = slot.starts_at
        _take_slot(visit, slot, hold=hold, now=now)
    elif starts_at is not None:
        visit.starts_at = starts_at
        _take_of_anybody(visit, hold=hold, now=now)
    else:
        raise ValueError("Name a slot or a start.")
    visit.save(force_insert=True)
    announce(event=Event.BOOKED, occasion=occasion(visit), now=now)
    return visit


def _new(service: Service, client: Client, *, reason: str | None, notes: str | None, now: datetime) -> Visit:
    """The visit with what was agreed, of which the terms may change later."""
    return Visit(
        id=new_id(),
        brand_id=service.brand_id,
        client=client,
        service=service,
        reason=reason,
        notes=notes,
        cancel_notice_minutes=service.cancel_notice_minutes,
        cancel_fee_percent=service.cancel_fee_percent,
        price_minor=service.price_minor,
        currency=service.currency,
        created_at=now,
        updated_at=now,
    )


def _take_slot(visit: Visit, slot: Slot, *, hold: Hold | None, now: datetime) -> None:
    check_slot(slot, service=visit.service, client=visit.client)
    offer = slot_offer(visit.service, slot.provider, [slot])
    try:
        put_in_slot(visit, _take(visit, [offer], hold=hold, now=now))
    except BusyError as error:
        raise why_busy(slot, visit.service, now=now) from error


def _take_of_anybody(visit: Visit, *, hold: Hold | None, now: datetime) -> None:
    """Whose slot was closed between the look and the booking is passed over, as who was booked meanwhile is."""
    within = Period(visit.starts_at, visit.starts_at + timedelta(minutes=1))
    staff_ids = [hold.staff_member.person_id] if hold else None
    found = visit_offers(service_id=visit.service_id, brand_id=visit.brand_id, staff_ids=staff_ids, within=within)
    # Nobody visits themselves.
    offers = [offer for offer in found or [] if offer.staff_id != visit.client.person_id]
    while True:
        try:
            with transaction.atomic():
                taken = _take(visit, offers, hold=hold, now=now)
                put_in_slot(visit, taken)
        except GoneError:
            offers = [offer for offer in offers if offer.staff_id != taken.offer.staff_id]
        else:
            visit.assignment = hold.assignment if hold else taken.assignment
            return


def _take(visit: Visit, offers: Sequence[StaffOffer], *, hold: Hold | None, now: datetime) -> TakenTime:
    if hold is None:
        return take_time(visit, offers, now=now)
    staff = {offer.staff_number for offer in offers}
    held = (hold.brand_id, hold.service_id, hold.starts_at)
    if held != (visit.brand_id, visit.service_id, visit.starts_at) or hold.staff_member_id not in staff:
        raise HoldMismatchError(start_at=rfc3339(hold.starts_at))
    subject = Subject(Hold.SUBJECT_KIND, hold.pk)
    return take_time(
        visit,
        [_as_held(offer, subject) for offer in offers],
        now=hold.counts_from(now),
        take=partial(reserve_held, hold=hold),
        but=subject,
    )


def _as_held(offer: StaffOffer, hold: Subject) -> StaffOffer:
    """Of each need the resource that the hold has, rather than any other."""
    held = held_resources(hold)
    return replace(offer, needs=[[one for one in group if one in held] or group for group in offer.needs])
