"""Clearing what the audit remembers of a person."""

from scheduling.models import Client, Person, StaffMember
from tenants.audit.erasure import erase_personal


def erase_history(*, person: Person) -> int:
    """Clears the old and new values of the person's names, contacts, notes and the like from the audit.

    Covers what they are: their sign-in, client, staff member and the name of their calendar. The entries stay.
    Answers how many entries lost values; called again, none.
    """
    owners = [f"person:{person.pk}"]
    if person.user_id:
        owners.append(f"user:{person.user_id}")
    owners += [f"client:{key}" for key in Client.objects.filter(person=person).values_list("pk", flat=True)]
    for key, resource in StaffMember.objects.filter(person=person).values_list("pk", "resource_id"):
        owners += [f"staff_member:{key}", f"resource:{resource}"]
    return erase_personal(owners=owners)
