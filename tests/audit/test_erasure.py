"""Erasing a person clears their values from the audit, and nothing else."""

from typing import Any

from scheduling.models import Person
from scheduling.services.erase_history import erase_history
from tenants.audit.models import AuditEntry, AuditPersonal
from tenants.context import use
from tests.support import cast


def values() -> str:
    return str(list(AuditPersonal.objects.values_list("owner", "old", "new")))


def test_all_that_is_theirs_is_cleared_and_the_entries_stay(north: Any) -> None:
    coach = cast.make_coach("Canary Coach")
    cast.make_office_hour(coach)
    client = cast.make_client("Other Client")
    cast.make_user(coach)
    booking = cast.make_booking(coach, client, slot_at=cast.MONDAY.replace(hour=9))
    type(booking).objects.update(notes="other's notes")
    entries = list(AuditEntry.objects.order_by("id").values())
    assert "Canary" in values()
    assert "canary." in values(), "the sign-in's address"

    cleared = erase_history(person=coach.person)

    assert cleared == 4, "person, staff member, calendar and sign-in"
    assert "canary" not in values().lower()
    assert "Other" in values()
    assert "other's notes" in values(), "they are the client's"
    assert list(AuditEntry.objects.order_by("id").values()) == entries
    assert AuditPersonal.objects.exclude(erased_at=None).count() == cleared
    assert erase_history(person=coach.person) == 0


def test_a_client_s_notes_go_with_them(north: Any) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    booking = cast.make_booking(coach, client, slot_at=cast.MONDAY.replace(hour=9))
    type(booking).objects.update(notes="canary", cancel_reason="canary")
    erase_history(person=client.person)
    assert "canary" not in values()


def test_the_same_number_in_another_tenant_keeps_its_values(north: Any, south: Any) -> None:
    with use(south):
        far = cast.make_coach("Far Canary")
    near = cast.make_coach("Near Canary")
    Person.objects.filter(pk=near.person_id).update(given_name="Nearer")
    erase_history(person=near.person)
    assert "Near" not in values()
    with use(south):
        assert far.person.given_name in values()
