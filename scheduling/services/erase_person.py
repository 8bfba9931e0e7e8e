"""Erasing a person: who they are goes at once, with what they have ahead; the rest in the background."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from scheduling.models import Client, Erasure, Person, StaffMember
from scheduling.selectors.someone import someone
from scheduling.services.register_person import PersonOfAnotherBrandError, check_brands
from scheduling.services.tombstones import ErasureLogError, write_tombstone
from tenants.audit.erasure import erase_personal
from tenants.errors import DomainError, GoneError
from tenants.locking import locked
from tenants.personal import BATCH, Someone, identity_owners_of, steps, tables

REFUSALS: Final[list[type[DomainError]]] = [GoneError, PersonOfAnotherBrandError, ErasureLogError]


@transaction.atomic
def erase_person(
    *, person: Person, by: str, now: datetime, for_person: UUID | None = None, for_brand: UUID | None = None
) -> Erasure:
    """Erases who the person is, ends their sign-in and cancels what they have booked or offer; answers the receipt.

    `by` is who asks, as the audit names them, and `for_person` for whom they act; `for_brand` is the brand for which
    the caller speaks, None for the whole tenant. Of somebody who was erased it answers the first receipt and changes
    nothing. The rows stay, without a name (docs/adr/0025). Who calls this wakes a worker for the rest; where that fails
    the sweep finds it. Raises one of REFUSALS.
    """
    person = _locked(person)
    if person.erased_at is not None:
        return Erasure.objects.get(person=person)
    if for_brand is not None:
        check_brands(person=person, brand_id=for_brand)
    who = someone(person)
    receipt = Erasure(person=person, user_key=who.user_id, asked_at=now, by=by, for_person=for_person, due_at=now)
    receipt.done = _at_once(who, now)
    receipt.done["scheduling_person"] = 1
    receipt.save(force_insert=True)
    # Last: from here on nothing is refused any more.
    write_tombstone(person_id=person.pk, at=now)
    return receipt


def _locked(person: Person) -> Person:
    """Nobody books them or for them from here on: who locked the client for it (`lock_client`) is waited for.

    Rows that refer to them may still be committed meanwhile (`no_key`). Postgres looks at those keys at commit, when
    whoever writes has events locked for which we wait below; what they leave is found later (Erasure.SETTLES).
    """
    # The client before the person, as those do who book.
    clients = Client.objects.select_for_update(of=("self", "person"), no_key=True)
    list(clients.select_related("person").filter(person=person))
    list(StaffMember.objects.select_for_update(no_key=True).filter(person=person))
    return locked(Person.objects, person.pk, no_key=True)


def _at_once(who: Someone, now: datetime) -> dict[str, int]:
    """A first batch of all that can't wait, with their names last: what is cancelled is still somebody's."""
    done = {step.name: step.do(who, now, BATCH) for step in steps() if step.at_once}
    done |= {table.table: table.erase(who) for table in tables() if table.at_once and table.is_erased}
    identity = next(table.erased for table in tables() if table.by == "identity")
    Person.objects.filter(pk=who.person_id).update(**identity, erased_at=now, version=F("version") + 1, updated_at=now)
    # Of their bookings there may be thousands of entries.
    done["history"] = erase_personal(owners=identity_owners_of(who))
    return done
