"""Registering a provider of visits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from scheduling.public import PersonData, register_staff_member
from visits.models import Provider


@transaction.atomic
def register_provider(
    *,
    person: PersonData,
    brand_id: UUID,
    specialty: str | None,
    npi: str | None,
    metadata: dict[str, Any],
    now: datetime,
) -> Provider:
    """Creates the staff member and what the visits of the brand know of them.

    Raises StaffMemberExistsError, EmailTakenError.
    """
    staff_member = register_staff_member(person=person, brand_id=brand_id, title=(specialty or "")[:100])
    provider, _new = Provider.objects.get_or_create(
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
    return provider
