"""Registering a provider of visits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from scheduling.public import PersonData, ensure_staff_member
from tenants.errors import DomainError, Kind
from visits.models import Provider


class ProviderExistsError(DomainError):
    code = "provider_exists"
    kind = Kind.CONFLICT
    message = "This brand has a provider with this e-mail address: {id}."


@transaction.atomic
def register_provider(
    *,
    person: PersonData,
    brand_id: UUID,
    for_all_brands: bool = False,
    specialty: str | None,
    npi: str | None,
    metadata: dict[str, Any],
    now: datetime,
) -> Provider:
    """Creates the staff member and what the visits of the brand know of them.

    Somebody who works for the brand already, as a coach say, becomes a provider too.
    Raises ProviderExistsError, EmailTakenError, PersonOfAnotherBrandError.
    """
    staff_member, _new = ensure_staff_member(
        person=person, brand_id=brand_id, title=(specialty or "")[:100], for_all_brands=for_all_brands
    )
    provider, is_new = Provider.objects.get_or_create(
        staff_member=staff_member,
        brand_id=brand_id,
        defaults={
            "specialty": specialty,
            "npi": npi,
            "metadata": metadata,
            "created_at": now,
            "updated_at": now,
        },
    )
    if not is_new:
        raise ProviderExistsError(id=str(staff_member.person_id))
    return provider
