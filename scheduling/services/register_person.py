"""Registering clients and staff members.

A person exists once per tenant. Who is registered with an e-mail address that is known already gets the
new role as the person they are; their names and contacts stay as they were. So whoever speaks for one brand
alone can't take over a person of another one (docs/adr/0008).
"""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from scheduling.models import Client, Person, Resource, StaffMember
from tenants.brands.models import Brand
from tenants.errors import DomainError, Kind


class ClientExistsError(DomainError):
    code = "client_exists"
    kind = Kind.CONFLICT
    message = "This brand has a client with this e-mail address: {id}. Change that one instead."


class StaffMemberExistsError(DomainError):
    code = "staff_member_exists"
    kind = Kind.CONFLICT
    message = "This brand has a staff member with this e-mail address: {id}. Change that one instead."


class EmailTakenError(DomainError):
    code = "email_taken"
    kind = Kind.CONFLICT
    message = "Another person of this tenant has this e-mail address."


class PersonOfAnotherBrandError(DomainError):
    code = "person_of_another_brand"
    kind = Kind.CONFLICT
    message = (
        "This person belongs to another brand of the tenant too. A client application of the whole tenant, "
        "or staff whose role is for all brands, can do this."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonData:
    """What is known of a person. `timezone` is an IANA name, `language` a BCP 47 tag."""

    given_name: str
    family_name: str = ""
    email: str = ""
    phone: str = ""
    language: str = "en"
    timezone: str = "UTC"
    birth_date: date | None = None
    gender: str = ""


@transaction.atomic
def register_client(*, person: PersonData, brand_id: UUID, for_all_brands: bool = False) -> Client:
    """Makes the person a client of the brand, and of the tenant if they were none.

    `for_all_brands` says that the caller speaks for the whole tenant. Raises ClientExistsError when they are
    this brand's client already, EmailTakenError, PersonOfAnotherBrandError.
    """
    found = _person(person, brand_id=brand_id, for_all_brands=for_all_brands)
    client, _new = Client.objects.get_or_create(person=found)
    if client.brands.filter(pk=brand_id).exists():
        raise ClientExistsError(id=str(client.person_id))
    client.brands.add(Brand.objects.get(pk=brand_id))
    return client


@transaction.atomic
def register_staff_member(
    *, person: PersonData, brand_id: UUID, title: str = "", for_all_brands: bool = False
) -> StaffMember:
    """Makes the person a staff member of the brand, with the resource that takes their time.

    `for_all_brands` says that the caller speaks for the whole tenant. Raises StaffMemberExistsError when they
    work for this brand already, EmailTakenError, PersonOfAnotherBrandError.
    """
    staff_member, is_new = ensure_staff_member(
        person=person, brand_id=brand_id, title=title, for_all_brands=for_all_brands
    )
    if not is_new:
        raise StaffMemberExistsError(id=str(staff_member.person_id))
    return staff_member


@transaction.atomic
def ensure_staff_member(
    *, person: PersonData, brand_id: UUID, title: str = "", for_all_brands: bool = False
) -> tuple[StaffMember, bool]:
    """As `register_staff_member`, for whoever takes the one who is there already; answers whether they are new."""
    found = _person(person, brand_id=brand_id, for_all_brands=for_all_brands)
    staff_member = StaffMember.objects.filter(person=found).first()
    if staff_member is None:
        resource = Resource.objects.create(
            kind=Resource.Kind.STAFF, name=found.name[: Resource.NAME_LENGTH], timezone=found.timezone
        )
        staff_member = StaffMember.objects.create(person=found, resource=resource, title=title)
    elif staff_member.brands.filter(pk=brand_id).exists():
        return staff_member, False
    staff_member.brands.add(Brand.objects.get(pk=brand_id))
    return staff_member, True


def check_brands(*, person: Person, brand_id: UUID) -> None:
    """Raises PersonOfAnotherBrandError unless the person belongs to this brand alone, or to none."""
    brands = Brand.objects.filter(Q(clients__person=person) | Q(staff__person=person))
    if brands.exclude(pk=brand_id).exists():
        raise PersonOfAnotherBrandError


def _person(data: PersonData, *, brand_id: UUID, for_all_brands: bool) -> Person:
    # Locked: of two registrations of one person at once, the second sees what the first has made.
    if data.email and (found := Person.objects.with_email(data.email).select_for_update().first()):
        if not for_all_brands:
            check_brands(person=found, brand_id=brand_id)
        return found
    try:
        with transaction.atomic():
            return Person.objects.create(**asdict(data))
    except IntegrityError as error:  # somebody registered the address meanwhile
        raise EmailTakenError from error
