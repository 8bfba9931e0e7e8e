"""Reads of persons."""

from uuid import UUID

from django.db.models import Q

from scheduling.errors import PersonNotFoundError
from scheduling.models import Person


def person_of(*, person_id: UUID, brand_id: UUID | None) -> Person:
    """The client or staff member of a brand, None for any; or somebody who was erased, who is of none any more.

    Raises PersonNotFoundError.
    """
    persons = Person.objects.filter(pk=person_id)
    if brand_id is not None:
        of_brand = Q(client__brands=brand_id) | Q(staff_member__brands=brand_id)
        persons = persons.filter(of_brand | Q(erased_at__isnull=False))
    found = persons.order_by().first()
    if found is None:
        raise PersonNotFoundError
    return found
