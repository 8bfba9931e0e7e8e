"""Changing what is known of a person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from scheduling.models import Person, Resource
from scheduling.services.register_person import EmailTakenError, check_brands
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def change_person(
    *,
    person: Person,
    changes: Mapping[str, Any],
    for_brand: UUID | None = None,
    expected: frozenset[int] | None = None,
) -> Person:
    """Sets the named fields, the date of the change and raises the version; nothing where nothing is named.

    `for_brand` is the brand for which the caller speaks, None for the whole tenant; `expected` are the versions of
    which the caller changes one, None for any. Raises GoneError, StaleVersionError,
    EmailTakenError, PersonOfAnotherBrandError.
    """
    check_version(locked(Person.objects, person.pk).version, expected=expected)
    if for_brand is not None:
        check_brands(person=person, brand_id=for_brand)
    if not changes:
        return person
    try:
        with transaction.atomic():
            Person.objects.filter(pk=person.pk).update(**changes, version=F("version") + 1, updated_at=Now())
    except IntegrityError as error:
        raise EmailTakenError from error
    person.refresh_from_db()
    # The calendar carries the name and the zone of its owner.
    Resource.objects.filter(staff_member__person=person).update(
        name=person.name[: Resource.NAME_LENGTH], timezone=person.timezone
    )
    return person
