"""What an entry says of each kind of change, whichever way the change came."""

from typing import Any

import pytest
from django.db import connection, transaction

from accounts.access.models import Membership
from accounts.models import User
from bookings.models import CoachBooking, OfficeHour
from bookings.services.cancel_coach_booking import cancel_coach_booking
from scheduling.models import Location
from tenants.audit.models import AuditEntry, AuditPersonal
from tenants.audit.signing import sign
from tenants.context import use
from tests.support import cast


def entries_of(row: Any) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(subject_id=str(row.pk)).order_by("id"))


@pytest.fixture
def booking(north: Any) -> CoachBooking:
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    return cast.make_booking(coach, cast.make_client(), slot_at=cast.MONDAY.replace(hour=9))


def test_a_new_row(booking: CoachBooking) -> None:
    (entry,) = entries_of(booking)
    assert (entry.kind, entry.operation, entry.object_id) == ("coach_booking", "insert", str(booking.pk))
    assert (entry.subject_kind, entry.subject_id, entry.brand_id) == (
        "coach_booking", str(booking.pk), booking.brand_id,
    )  # fmt: skip
    assert entry.old is None
    assert entry.new == {
        "id": str(booking.pk),
        "office_hour_id": str(booking.office_hour_id),
        "coach_id": booking.coach_id,
        "client_id": booking.client_id,
        "brand_id": str(booking.brand_id),
        "starts_at": "2030-01-07T09:00:00+00:00",
        "duration_minutes": 30,
        "status": "booked",
    }
    assert sorted(entry.fields) == sorted(entry.new)
    assert not AuditPersonal.objects.filter(entry=entry).exists(), "nothing personal was said"


def test_a_change_holds_what_changed_and_personal_values_apart(booking: CoachBooking) -> None:
    now = booking.starts_at.replace(hour=7)
    cancel_coach_booking(booking=booking, reason="A cold", as_staff=True, now=now)

    entry = entries_of(booking)[1]

    assert entry.operation == "update"
    assert sorted(entry.fields) == ["cancel_reason", "cancelled_at", "status"]
    assert entry.old == {"status": "booked", "cancelled_at": None}
    assert entry.new == {"status": "cancelled", "cancelled_at": "2030-01-07T07:00:00+00:00"}
    assert (entry.personal.owner, entry.personal.old, entry.personal.new) == (
        f"client:{booking.client_id}", {"cancel_reason": ""}, {"cancel_reason": "A cold"},
    )  # fmt: skip


def test_a_removed_row(north: Any) -> None:
    location = Location.objects.create(name="Harbor", timezone="UTC")
    key = str(location.pk)
    location.delete()
    entry = AuditEntry.objects.get(subject_id=key, operation="delete")
    assert (entry.old, entry.new) == ({"id": key, "name": "Harbor", "timezone": "UTC"}, None)


def test_what_goes_around_the_services_is_recorded_too(booking: CoachBooking) -> None:
    CoachBooking.objects.filter(pk=booking.pk).update(duration_minutes=45)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_coachbooking SET duration_minutes = 60 WHERE id = %s", [booking.pk])
    made = Location.objects.bulk_create([Location(name="A"), Location(name="B")])

    assert [(entry.old, entry.new) for entry in entries_of(booking)[1:]] == [
        ({"duration_minutes": 30}, {"duration_minutes": 45}),
        ({"duration_minutes": 45}, {"duration_minutes": 60}),
    ]
    assert [entries_of(location)[0].new["name"] for location in made] == ["A", "B"]  # type: ignore[index]


def test_a_change_of_nothing_leaves_no_entry(booking: CoachBooking) -> None:
    booking.save()
    CoachBooking.objects.filter(pk=booking.pk).update(version=7)
    assert len(entries_of(booking)) == 1


def test_what_was_rolled_back_leaves_no_entry(booking: CoachBooking) -> None:
    with transaction.atomic():
        CoachBooking.objects.filter(pk=booking.pk).update(duration_minutes=45)
        transaction.set_rollback(True)
    assert len(entries_of(booking)) == 1


def test_a_secret_is_never_written_down(north: Any) -> None:
    user = User.objects.create_user("ada@north.test", "a password")
    before = user.password
    user.set_password("another")
    user.save()

    entry = entries_of(user)[1]

    assert entry.fields == ["password"]
    assert (entry.old, entry.new) == (None, None)
    with connection.cursor() as cursor:
        for table in ("audit_auditentry", "audit_auditpersonal"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} AS t")
            said = cursor.fetchone()[0]
            assert before not in said
            assert user.password not in said


def test_personal_values_are_in_the_side_table_alone(north: Any) -> None:
    User.objects.create_user("canary@north.test", "a password", name="Canary")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM audit_auditentry AS t")
        assert "canary" not in cursor.fetchone()[0].lower()
        cursor.execute("SELECT string_agg(t::text, '') FROM audit_auditpersonal AS t")
        assert "canary@north.test" in cursor.fetchone()[0]


def test_signing_in_is_no_change(north: Any) -> None:
    user = cast.make_user(cast.make_client())
    before = len(entries_of(user))
    User.objects.filter(pk=user.pk).update(last_login=cast.MONDAY)
    assert len(entries_of(user)) == before


def test_parts_are_in_the_history_of_the_whole(north: Any) -> None:
    user = cast.make_user(cast.make_client())
    Membership.objects.create(user=user, role="manager", brand=cast.main_brand())
    coach = cast.make_coach()
    office_hour = cast.make_office_hour(coach)
    office_hour.exceptions.create(date=cast.MONDAY.date())

    assert [entry.kind for entry in entries_of(user)] == ["user", "membership"]
    assert entries_of(user)[1].brand_id == cast.main_brand().pk
    assert [entry.kind for entry in entries_of(office_hour)] == ["office_hour", "office_hour_exception"]
    assert [e.kind for e in AuditEntry.objects.filter(subject_kind="staff_member", subject_id=coach.pk)] == [
        "staff_member_brand", "staff_member",
    ]  # fmt: skip


def test_nobody_signed(booking: CoachBooking) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert entries_of(booking)[0].actor == f"database:{cursor.fetchone()[0]}"


def test_who_signed(booking: CoachBooking) -> None:
    with transaction.atomic():
        sign(actor="user:7", request_id="r-1")
        OfficeHour.objects.update(horizon_days=9)
    entry = entries_of(booking.office_hour)[-1]
    assert (entry.actor, entry.request_id) == ("user:7", "r-1")


def test_a_signature_can_not_break_out_of_its_literal(booking: CoachBooking) -> None:
    with transaction.atomic():
        sign(actor="user:7'; DROP TABLE x; --", request_id="a b\0\n\\" + "x" * 500)
        OfficeHour.objects.update(horizon_days=9)
    entry = entries_of(booking.office_hour)[-1]
    assert entry.actor == "user:7___DROP_TABLE_x__--"
    assert entry.request_id.startswith("a_b___xx")
    assert len(entry.request_id) == 128


def test_two_tenants_have_an_audit_each(north: Any, south: Any) -> None:
    here = AuditEntry.objects.count()
    with use(south):
        there = AuditEntry.objects.count()
        location = Location.objects.create(name="Far away")
        assert AuditEntry.objects.count() == there + 1
        assert len(entries_of(location)) == 1
    assert AuditEntry.objects.count() == here
    assert not entries_of(location)


def test_a_subject_s_history_is_one_look_up(booking: CoachBooking) -> None:
    # With so few rows the planner takes any index: enough of them for the right one to be the cheapest.
    for number in range(300):
        Location.objects.create(name=f"Location {number}")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    # Unordered: for an order, statistics of a moment may prefer the index by time.
    plan = AuditEntry.objects.filter(subject_id=str(booking.pk), subject_kind="coach_booking").order_by().explain()
    assert "audit_entry_of_subject" in plan
