"""What is held about a person, over all apps."""

from typing import Any
from uuid import UUID

from scheduling.errors import PersonNotFoundError
from scheduling.models import Person
from scheduling.selectors.someone import someone
from scheduling.services.register_person import check_brands
from tenants import personal


def personal_data(person: Person, *, for_brand: UUID | None = None) -> dict[str, list[dict[str, Any]]]:
    """By table and column. `for_brand` is the brand for which the caller speaks, None for the whole tenant.

    Raises PersonNotFoundError for who was erased, PersonOfAnotherBrandError.
    """
    if person.erased_at is not None:
        raise PersonNotFoundError
    if for_brand is not None:
        check_brands(person=person, brand_id=for_brand)
    return dict(personal.export(someone(person)))
