"""Clearing what the audit remembers of a person."""

from scheduling.models import Person
from scheduling.selectors.someone import someone
from tenants.audit.erasure import erase_personal
from tenants.personal import owners_of


def erase_history(*, person: Person) -> int:
    """Clears the old and new values of the person's names, contacts, notes and the like from the audit.

    Covers what they are: their sign-in, client, staff member, the name of their calendar and what else the apps have
    registered. The entries stay. Answers how many entries lost values; called again, none.
    """
    return erase_personal(owners=owners_of(someone(person)))
