"""Messages are planned in the transaction of what they are about."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bookings.models import CoachBooking
from bookings.selectors.office_hours import occasion
from notifications.models import Message, Rule
from notifications.rules import Event
from notifications.services.plan_messages import plan_messages
from tenants.ids import new_id
from tests.notifications import scene
from tests.support import cast


class _UndoneError(Exception):
    """Raised at the end of a transaction that must leave nothing."""


def test_a_booking_plans_one_confirmation_that_is_due_at_once(north: Any) -> None:
    booking = scene.book()

    message = Message.objects.get()
    assert (message.event, message.channel, message.state, message.attempts) == ("booked", "email", "planned", 0)
    assert (message.subject_kind, message.subject_id) == ("coach_booking", booking.pk)
    assert message.recipient_id == booking.client.person_id
    assert message.brand_id == booking.brand_id
    assert message.schedule_version == booking.schedule_version == 0
    assert message.due_at == booking.created_at
    assert message.expires_at == booking.created_at + timedelta(days=1)


def test_a_booking_that_is_rolled_back_plans_nothing(north: Any) -> None:
    with pytest.raises(_UndoneError), transaction.atomic():
        _book_and_fail()

    assert not Message.objects.exists()
    assert not CoachBooking.objects.exists()


def _book_and_fail() -> None:
    scene.book()
    assert Message.objects.exists()
    raise _UndoneError


def test_planning_the_same_again_adds_nothing(north: Any) -> None:
    booking = scene.book()

    _plan(booking, schedule_version=0)

    assert Message.objects.count() == 1


def test_a_new_schedule_version_is_told_about_again(north: Any) -> None:
    booking = scene.book()

    _plan(booking, schedule_version=1)

    assert sorted(Message.objects.values_list("schedule_version", flat=True)) == [0, 1]


def test_the_database_itself_refuses_a_second_row(north: Any) -> None:
    message = scene.message_about(scene.book())
    message.pk = cast.main_brand().pk  # any other id

    with pytest.raises(IntegrityError, match="message_once"), transaction.atomic():
        message.save(force_insert=True)


def test_an_inactive_rule_plans_nothing(north: Any) -> None:
    Rule.objects.filter(event="booked").update(is_active=False)

    scene.book()

    assert not Message.objects.exists()


def test_a_rule_of_another_brand_plans_nothing(north: Any) -> None:
    Rule.objects.filter(event="booked").update(brand=cast.make_brand("kids"))

    scene.book()

    assert not Message.objects.exists()


def test_the_rule_says_how_late_is_too_late(north: Any) -> None:
    Rule.objects.filter(event="booked").update(lateness_minutes=5)

    scene.book()

    message = Message.objects.get()
    assert message.expires_at - message.created_at == timedelta(minutes=5)


def test_a_cancellation_supersedes_what_was_planned_and_plans_its_own(north: Any) -> None:
    booking = scene.book()

    scene.cancel(booking)

    assert scene.message_about(booking).state == "superseded"
    assert scene.message_about(booking).reason == "The booking was cancelled."
    cancelled = scene.message_about(booking, "cancelled")
    assert (cancelled.state, cancelled.schedule_version) == ("planned", 1)


def test_a_message_that_is_being_sent_is_left_to_its_worker(north: Any) -> None:
    from notifications.services.send_due import claim_due

    booking = scene.book()
    claim_due(limit=1)

    scene.cancel(booking)

    assert scene.message_about(booking).state == "sending"


def _plan(booking: CoachBooking, *, schedule_version: int) -> None:
    plan_messages(
        event=Event.BOOKED,
        occasions=[replace(occasion(booking), schedule_version=schedule_version)],
        now=booking.created_at,
    )


def test_both_and_a_fixed_address_are_told_each_once(north: Any) -> None:
    Rule.objects.filter(event="booked").update(audience="both")
    Rule.objects.create(event="booked", audience="address", address="desk@example.com")

    booking = scene.book()

    told = Message.objects.values_list("recipient_id", "address")
    people = [(booking.client.person_id, ""), (booking.coach.person_id, ""), (None, "desk@example.com")]
    assert sorted(told, key=str) == sorted(people, key=str)


@pytest.mark.parametrize(("kind", "is_told"), [("", True), ("coach_booking", True), ("visit", False)])
def test_a_rule_may_be_about_one_kind_of_bookings(north: Any, kind: str, is_told: bool) -> None:  # noqa: FBT001
    Rule.objects.filter(event="booked").update(subject_kind=kind)

    scene.book()

    assert Message.objects.exists() is is_told


def test_a_rule_may_be_about_some_services(north: Any) -> None:
    """What was booked is one of its services; a rule of others says nothing of it."""
    hour = cast.make_office_hour(coach := cast.make_coach())
    Rule.objects.filter(event="booked").update(service_ids=[new_id(), hour.pk])
    scene.book(coach=coach)
    assert Message.objects.filter(event="booked").count() == 1

    Rule.objects.filter(event="booked").update(service_ids=[new_id()])
    scene.book(coach=coach, slot_at=cast.tomorrow_at(11))
    assert Message.objects.filter(event="booked").count() == 1
