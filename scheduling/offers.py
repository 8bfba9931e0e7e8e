"""Who offers what: each app tells the kernel when its services may be booked, and the kernel finds what is free.

As with notifications' subjects, the kernel does not know who uses it: an app registers a source in its `apps.py`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.rules.availability import Offer
from scheduling.rules.intervals import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many of a service a day of a zone may have; None for any number, and for the offer's own zone."""

    per_day: int | None = None
    per_staff_per_day: int | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOffer:
    """What one staff member offers of a service."""

    service_id: UUID | None
    staff_id: UUID  # the person's id, as the families say it
    staff_number: int
    resource_id: int
    offer: Offer
    # Of each, one resource must be free too.
    needs: Sequence[Sequence[int]] = ()
    limits: Limits = Limits()


class OfferSource(Protocol):
    """How an app tells what it offers."""

    def __call__(
        self, *, service_id: UUID, brand_id: UUID, staff_ids: Collection[UUID] | None, within: Period
    ) -> list[StaffOffer] | None:
        """The offers of a service of a brand whose starts may lie in a period, of some staff or of all; None where
        the service is not this app's."""


_sources: list[OfferSource] = []


def register_offers(source: OfferSource) -> None:
    """Called once for each app, when it is ready."""
    _sources.append(source)


def offers_of(
    *, service_id: UUID, brand_id: UUID, staff_ids: Collection[UUID] | None, within: Period
) -> list[StaffOffer] | None:
    """As OfferSource, from whichever app knows the service; None when none does."""
    for source in _sources:
        offers = source(service_id=service_id, brand_id=brand_id, staff_ids=staff_ids, within=within)
        if offers is not None:
            return offers
    return None
