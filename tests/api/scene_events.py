"""What the scene has of events and of places in them."""

from typing import Any

from bookings.rules.event_booking import Role
from bookings.services.cancel_event_booking import cancel_event_booking
from scheduling.models import Client, StaffMember
from tests.support import cast, eventing


def make_values(coach: StaffMember, client: Client) -> dict[str, Any]:
    """An event to come and a place in it; and, for each step, a place for which it is time."""
    event = eventing.make_event(coach, cast.tomorrow_at(10, days=5))
    place = eventing.make_place(event, client)
    canceled = eventing.make_place(eventing.make_event(coach, cast.tomorrow_at(10, days=6)), client)
    cancel_event_booking(booking=canceled, role=Role.ATHLETE, reason_code="NoTime", now=canceled.created_at)
    alone = eventing.make_event(coach, cast.tomorrow_at(10, days=7), places=1, needs_approval=True)
    pending = eventing.make_place(alone, client)
    held = eventing.make_held_place(coach, client)
    disputed = eventing.make_dispute(eventing.make_held_place(coach, client, days_ago=2))
    return {
        "events.id": event.pk,
        **{f"bookings.id.{step}": place.pk for step in ("retrieve", "cancel")},
        **{f"bookings.id.{step}": held.pk for step in ("completed", "note", "dispute")},
        **{f"bookings.id.{step}": pending.pk for step in ("accept", "reject")},
        "bookings.id.dismiss": canceled.pk,
        "bookings.id.resolve": disputed.pk,
    }


def make_bodies(coach: StaffMember, client: Client) -> dict[str, dict[str, Any]]:
    by_client = {"userId": str(client.person_id)}
    why = {"cancellationReasonCode": "Other", "cancellationReasonText": "Ill"}
    slot: dict[str, Any] = {"addressId": str(eventing.make_address().pk), "sportId": str(eventing.make_sport().pk),
            "public": True, "level": "Pro", "eligibility": "All", "requiresApproval": False,
            "timeSlotId": "0198c0de-7a00-7000-8000-510700000002"}  # fmt: skip
    new = eventing.make_event(coach, cast.tomorrow_at(12, days=8))
    return {
        "POST /v1/events": eventing.sent_event(coach, cast.tomorrow_at(10, days=8), **slot),
        "PATCH /v1/events/<uuid:id>/cancel": {"userId": str(coach.person_id), **why},
        "POST /v1/bookings": eventing.sent_order(client, new),
        "PATCH /v1/bookings/<str:id>/completed": {"completed": True},
        "PATCH /v1/bookings/<str:id>/note": {"note": "Good stance."},
        "PATCH /v1/bookings/<str:id>/dismiss": {},
        "PATCH /v1/bookings/<str:id>/cancel": {**by_client, **why},
        "PATCH /v1/bookings/<str:id>/dispute": {
            "disputerUserId": str(client.person_id),
            "reasonId": str(eventing.make_reason().pk),
            "comment": "I waited.",
        },
        "PATCH /v1/bookings/<str:id>/resolve": {"resolution": "Paid back."},
        "PATCH /v1/bookings/<str:id>/accept": {},
        "PATCH /v1/bookings/<str:id>/reject": {},
        "POST /v1/sports": {"name": "Rowing"},
        "POST /v1/addresses": {"name": "Boathouse", "address": "Quay 9", "timezone": "Europe/Moscow"},
        "POST /v1/dispute-reasons": {"name": "Too short"},
    }


def make_queries(client: Client) -> dict[str, str]:
    whose = f"?userId={client.person_id}"
    return dict.fromkeys(
        [
            "GET /v1/bookings",
            "GET /v1/bookings/orders",
            "GET /v1/histories",
            "PATCH /v1/bookings/<str:id>/dismiss",
        ],
        whose,
    )
