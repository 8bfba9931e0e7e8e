"""All the keys of a person."""

from uuid import UUID

from scheduling.models import Client, Person, StaffMember
from tenants.personal import Someone


def someone(person: Person, *, user_id: UUID | None = None) -> Someone:
    """The person as every app knows them; `user_id` is the sign-in of somebody whose own is gone already."""
    staff = StaffMember.objects.filter(person=person).values_list("pk", "resource_id").first()
    return Someone(
        person_id=person.pk,
        user_id=person.user_id or user_id,
        client_id=Client.objects.filter(person=person).values_list("pk", flat=True).first(),
        staff_id=staff[0] if staff else None,
        resource_id=staff[1] if staff else None,
        email=person.email,
        phone=person.phone,
    )
