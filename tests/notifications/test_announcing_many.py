"""What happened to many bookings at once is told as if to each of them alone, in a constant number of statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.selectors.office_hours import occasion
from notifications.models import Message, Rule, WebhookDelivery
from notifications.public import Event, Occasion, Stage, announce, announce_all
from tenants.ids import new_id
from tests.notifications import scene
from tests.notifications.webhooks.scene import register
from tests.support import cast


@pytest.fixture
def booked(north: Any) -> Occasion:
    """A booking, and rules and endpoints that want what happens to it."""
    Rule.objects.all().update(audience="both")
    Rule.objects.create(event="before_start", offset_minutes=60, audience="both", name="An hour before")
    Rule.objects.create(event="cancelled", audience="address", address="desk@example.com")
    found = occasion(scene.book())
    for number in range(2):
        register(f"https://93.184.216.34/{number}")
    return found


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements, without those that say in which tenant they are."""
    said: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield said
    said += [query["sql"] for query in captured if not query["sql"].startswith(("SET", "SAVEPOINT", "RELEASE"))]


@pytest.mark.parametrize("number", [1, 50, 500])
def test_many_cost_as_many_statements_as_one(booked: Occasion, number: int) -> None:
    many = [replace(booked, id=new_id()) for _ in range(number)]
    off = [replace(each, schedule_version=1, stage=Stage.OFF) for each in many]
    now = booked.starts_at - timedelta(days=1)

    with counted() as booking:
        announce_all(event=Event.BOOKED, occasions=many, now=now)
    with counted() as cancelling:
        announce_all(event=Event.CANCELLED, occasions=off, now=now)

    assert (len(booking), len(cancelling)) == (3, 4)
    about = Message.objects.filter(subject_id__in=[each.id for each in many])
    assert about.filter(event="booked", state="superseded").count() == 2 * number
    assert about.filter(event="before_start", state="superseded").count() == 2 * number
    assert about.filter(event="cancelled", state="planned").count() == 3 * number
    told = WebhookDelivery.objects.filter(subject_id__in=[each.id for each in many])
    assert told.filter(event_type="booking.booked").count() == 2 * number
    assert told.filter(event_type="booking.cancelled").count() == 2 * number


def test_nothing_that_happened_costs_nothing(north: Any) -> None:
    with counted() as statements:
        announce_all(event=Event.BOOKED, occasions=[], now=cast.MONDAY)

    assert statements == []


def _planned() -> list[dict[str, Any]]:
    rows = Message.objects.order_by("subject_id", "schedule_version", "rule_id", "recipient_id").values()
    left_out = ("id", "created_at", "state_since", "history", "due_at", "wanted_at", "expires_at")
    ahead = [{**row, "at": row["event"] == "before_start" and row["due_at"]} for row in rows]
    return [{name: value for name, value in row.items() if name not in left_out} for row in ahead]


def _sent() -> list[dict[str, Any]]:
    rows = WebhookDelivery.objects.order_by("subject_id", "schedule_version", "endpoint_id").values()
    left_out = ("id", "created_at", "webhook_id", "due_at", "expires_at")
    return [{name: value for name, value in row.items() if name not in left_out} for row in rows]


def test_together_they_are_told_what_each_would_be_told_alone(booked: Occasion) -> None:
    """Of two brands, two kinds, with two coaches, with nobody else, moved and new, standing and over."""
    kids, eve = cast.make_brand("kids"), cast.make_coach("Eve Coach", timezone="Asia/Tokyo")
    Rule.objects.create(event="rescheduled", audience="client", brand=kids)
    Rule.objects.create(event="rescheduled", audience="staff", service_ids=[booked.service_id])
    Rule.objects.create(event="rescheduled", audience="both", subject_kind="visit", channel="sms")
    Rule.objects.create(event="after_end", audience="client", offset_minutes=30)
    register("https://93.184.216.34/kids", brand=kids)
    many = [
        replace(booked, schedule_version=2),
        replace(booked, id=new_id(), brand_id=kids.pk, service_id=None, stage=Stage.OVER),
        replace(booked, id=new_id(), staff_ids=(*booked.staff_ids, eve.person_id, eve.person_id), kind="visit"),
        replace(booked, id=new_id(), staff_ids=(booked.client_id,), starts_at=booked.starts_at + timedelta(hours=1)),
        replace(booked, id=new_id(), stage=Stage.OFF, schedule_version=7),
    ]
    now = booked.starts_at - timedelta(days=1)
    here = transaction.savepoint()
    announce_all(event=Event.RESCHEDULED, occasions=many, now=now)
    together = (_planned(), _sent())
    transaction.savepoint_rollback(here)

    for each in many:
        announce(event=Event.RESCHEDULED, occasion=each, now=now)

    assert together == (_planned(), _sent())
    assert (len(together[0]), len(together[1])) == (23, 11)


def test_only_what_is_older_than_its_own_booking_is_dropped(booked: Occasion) -> None:
    """The version of one is no measure for another."""
    old, new = booked, replace(booked, id=new_id(), schedule_version=3)
    now = booked.starts_at - timedelta(days=1)
    announce(event=Event.BOOKED, occasion=new, now=now)

    announce_all(event=Event.RESCHEDULED, occasions=[replace(old, schedule_version=1), new], now=now)

    states = Message.objects.filter(event="booked").values_list("subject_id", "state").distinct()
    assert sorted(states) == sorted([(old.id, "superseded"), (new.id, "planned")])
