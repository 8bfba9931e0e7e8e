"""Two tenants full of canaries. A canary is a word that may be read in one tenant, or one brand, and nowhere else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bookings.models import EventBooking
from bookings.rules.event_booking import Role
from bookings.services.book_coach import book_coach
from bookings.services.cancel_event_booking import cancel_event_booking
from notifications.models import Message, Rule, WebhookDelivery
from notifications.services.add_template import TemplateData, add_template
from notifications.services.register_webhook_endpoint import register_webhook_endpoint
from scheduling.models import Client, StaffMember
from scheduling.services.register_person import PersonData, register_client, register_staff_member
from tenants.brands.models import Brand
from tenants.context import use
from tests.support import cast, eventing, visiting
from visits.models import Visit


@dataclass(frozen=True, slots=True)
class Corner:
    """The people and things of one brand of one tenant, and the tokens that open them."""

    canary: str
    brand: Brand
    coach: StaffMember
    client: Client
    service_token: str
    client_token: str
    coach_token: str
    ids: dict[str, Any]

    @property
    def told(self) -> set[Any]:
        """About what its client is mailed, once each: a booking, a visit, a place in an event to come, and one that
        was cancelled. Of events that are over nobody is told."""
        return {self.ids[name] for name in ("bookings.id", "visits.id", "bookings.id.retrieve", "bookings.id.dismiss")}

    @property
    def tokens(self) -> dict[str, str]:
        return {"service": self.service_token, "client": self.client_token, "coach": self.coach_token}


def fill(tenant: Any, *, canary: str, brand_slug: str | None = None) -> Corner:
    """Puts the canary wherever a text of people goes, in the default brand or in a new one."""
    with use(tenant):
        return _fill(canary, cast.make_brand(brand_slug) if brand_slug else cast.main_brand())


def _fill(canary: str, brand: Brand) -> Corner:
    Brand.objects.filter(pk=brand.pk).update(name=f"Brand {canary}", from_email=f"brand@{canary}.example.com")
    coach = register_staff_member(person=_person("Coach", canary), brand_id=brand.pk, title=f"Title {canary}")
    client = register_client(person=_person("Client", canary), brand_id=brand.pk)
    cast.make_office_hour(coach, brand=brand)
    now = datetime.now(tz=cast.MONDAY.tzinfo)
    webhook = register_webhook_endpoint(
        url=f"https://8.8.8.8/{canary}?secret={canary}", brand_id=brand.pk, description=f"Hook {canary}", now=now
    ).endpoint
    booking = book_coach(
        coach_id=coach.person_id,
        patient_id=client.person_id,
        brand_id=brand.pk,
        slot_at=cast.tomorrow_at(9),
        notes=f"Notes {canary}",
        now=now - timedelta(seconds=1),
    )
    places = _places(coach, client, brand, canary)
    service = cast.make_service(coach, brand=brand, name=f"Service {canary}")
    hold = cast.make_hold(service, cast.tomorrow_at(16), holder=f"person:{client.person_id}")
    visiting.register(coach, brand=brand)
    visit_type = visiting.make_visit_type(f"type-{canary}", brand=brand, is_remote=True)
    slots = [visiting.make_slot(coach, cast.tomorrow_at(18 + hour), brand=brand, now=now) for hour in range(2)]
    visit = visiting.make_visit(
        slots[0], client, visit_type, reason=f"Reason {canary}", notes=f"Notes {canary}", now=now - timedelta(seconds=1)
    )
    Visit.objects.filter(pk=visit.pk).update(meeting_url=f"https://meet.example.com/{canary}")
    waited = eventing.make_full_event(coach, cast.tomorrow_at(10, days=12), brand=brand)
    waiting = eventing.wait_for(waited, client)
    feed = cast.make_feed(client, brand=brand, name=f"Feed {canary}")
    delivery = WebhookDelivery.objects.get(endpoint=webhook, subject_id=booking.pk)
    delivery.tries.create(number=1, at=now, status=500, milliseconds=1, answer=f"Answer {canary}")
    template = add_template(
        rule=Rule.objects.get(event="cancelled", brand=None),
        brand_id=brand.pk,
        language="de",
        data=TemplateData(subject=f"Template {canary}", text="Hallo"),
    )
    return Corner(
        canary=canary,
        brand=brand,
        coach=coach,
        client=client,
        service_token=cast.make_token(brand=brand),
        client_token=cast.make_token(user=cast.make_user(client), brand=brand),
        coach_token=cast.make_token(user=cast.make_user(coach), brand=brand),
        ids={
            "brand": brand.pk,
            "coaches.coach_id": coach.person_id,
            "bookings.id": booking.pk,
            **places,
            **{f"events.id.{action}": waited.pk for action in ("list", "create", "destroy")},
            "events.waiting_id": waiting.pk,
            "holds.pk": hold.pk,
            "providers.id": coach.person_id,
            "providers.slot_id": slots[1].pk,
            "visits.id": visit.pk,
            "messages.pk": Message.objects.get(subject_id=booking.pk).pk,
            "clients.pk": client.person_id,
            "staff.pk": coach.person_id,
            "notification-rules.pk": Rule.objects.create(name=f"Rule {canary}", event="booked", brand=brand).pk,
            "notification-rules.rule_id": template.rule_id,
            "notification-templates.pk": template.pk,
            "suppressions.pk": cast.make_suppression(canary, brand=brand).pk,
            "channel-accounts.pk": cast.make_channel_account(brand=brand, topic=f"topic-{canary}").pk,
            "calendar-feeds.pk": feed.pk,
            "webhook-endpoints.pk": webhook.pk,
            "webhook-deliveries.pk": delivery.pk,
        },
    )


def _places(coach: StaffMember, client: Client, brand: Brand, canary: str) -> dict[str, Any]:
    """In an event to come, and in events that are over: noted, disputed and canceled."""
    event = eventing.make_event(coach, cast.tomorrow_at(10, days=5), brand=brand)
    place = eventing.make_place(event, client)
    held = eventing.make_held_place(coach, client, brand=brand)
    disputed = eventing.make_dispute(
        eventing.make_held_place(coach, client, days_ago=2, brand=brand), comment=f"Comment {canary}"
    )
    EventBooking.objects.filter(pk__in=[place.pk, held.pk, disputed.pk]).update(note=f"Note {canary}")
    to_cancel = eventing.make_place(eventing.make_event(coach, cast.tomorrow_at(10, days=6), brand=brand), client)
    canceled = cancel_event_booking(
        booking=to_cancel,
        role=Role.ATHLETE,
        reason_code="Other",
        reason_text=f"Reason {canary}",
        now=to_cancel.created_at,
    )
    return {
        "events.id": event.pk,
        **{f"bookings.id.{step}": place.pk for step in ("retrieve", "cancel", "accept", "reject")},
        **{f"bookings.id.{step}": held.pk for step in ("completed", "note", "dispute")},
        "bookings.id.dismiss": canceled.pk,
        "bookings.id.resolve": disputed.pk,
    }


def _person(role: str, canary: str) -> PersonData:
    return PersonData(
        given_name=f"{role} {canary}",
        family_name=canary,
        email=f"{role}@{canary}.example.com".lower(),
        phone="+1 555 0100",
    )


def body_for(corner: Corner) -> dict[str, Any]:
    """One body with all that any write of the platform asks for; what an endpoint does not know, it ignores."""
    return {
        "slot_at": cast.tomorrow_at(10).isoformat(),
        "start_at": cast.tomorrow_at(15).isoformat(),
        "brand_id": str(corner.brand.pk),
        "name": "Somebody New",
        "given_name": "Somebody",
        "email": corner.client.person.email,
        "weekdays": [1],
        "first_day": str(cast.tomorrow_at(9).date()),
        "last_day": str(cast.tomorrow_at(9, days=7).date()),
        "start_time": "09:00",
        "end_time": "10:00",
        "timezone": "UTC",
        "url": "https://8.8.8.8/hooks",
        "patient_id": str(corner.client.person_id),
        "slot_id": str(corner.ids["providers.slot_id"]),
        "new_slot_id": str(corner.ids["providers.slot_id"]),
        "visit_type": f"type-{corner.canary}",
        "userId": str(corner.client.person_id),
        "disputerUserId": str(corner.client.person_id),
        "reasonId": str(eventing.make_reason().pk),
        "eventIds": [str(corner.ids["events.id"])],
        "paymentMethod": {"type": "Cash"},
        "cancellationReasonCode": "Other",
        "completed": True,
        "note": "A note",
        "resolution": "Paid back.",
    }
