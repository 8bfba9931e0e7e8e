"""One tenant with somebody behind every kind of id, and a service that may do everything."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookings.models import CoachBooking
from notifications.models import Message, Rule
from notifications.services.add_template import TemplateData, add_template
from notifications.services.register_webhook_endpoint import register_webhook_endpoint
from notifications.services.send_test_webhook import send_test_webhook
from tests.api import scene_events
from tests.support import cast, eventing, visiting
from tests.support.http import Rest
from visits.models import Visit
from visits.rules.statuses import Step
from visits.services.step_visit import step_visit


class ActingRest(Rest):
    """Acts for the client, and for the coach where they offer time or say what became of it."""

    def __init__(self, tenant: Any, token: str, *, client: str, coach: str) -> None:
        super().__init__(tenant, token, **{"X-Current-User-Id": client})
        self.token, self.coach = token, coach

    def request(self, method: str, path: str, *args: Any, **options: Any) -> Any:
        address = path.partition("?")[0]
        if address.endswith("/resolve"):
            # Staff's, who acts for nobody.
            return Rest(self.tenant, self.token).request(method, path, *args, **options)
        if self._is_the_coachs(method, address):
            options["headers"] = {"X-Current-User-Id": self.coach, **(options.get("headers") or {})}
        return super().request(method, path, *args, **options)

    def _is_the_coachs(self, method: str, path: str) -> bool:
        steps = ("/office-hours", "/check-in", "/start", "/complete", "/no-show", "/undo", "/meeting",
                 "/completed", "/note", "/accept", "/reject")  # fmt: skip
        if method == "GET" or "/waiting" in path:
            return False
        return path.endswith(steps) or path.startswith(("/v1/providers/", "/v1/events"))


@dataclass(frozen=True, slots=True)
class Scene:
    rest: Rest
    values: dict[str, Any]
    # What each write under /v1/ is content with.
    bodies: dict[str, dict[str, Any]]
    # What each read under /v1/ needs to be asked.
    queries: dict[str, str]


def make_scene(tenant: Any) -> Scene:
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    service = cast.make_service(coach)
    hold = cast.make_hold(service, cast.tomorrow_at(16), holder=f"person:{client.person_id}")
    booking = cast.make_booking(coach, client, slot_at=cast.tomorrow_at(9))
    begun = cast.make_booking(coach, client, slot_at=cast.tomorrow_at(9, days=-1))
    visiting.register(coach)
    # By video, with a link that the client sees from now on.
    visit_type = visiting.make_visit_type(is_remote=True, meeting_opens_minutes=4 * 24 * 60)
    slots = [visiting.make_slot(coach, cast.tomorrow_at(18 + number)) for number in range(4)]
    visit = visiting.make_visit(slots[0], client, visit_type)
    Visit.objects.filter(pk=visit.pk).update(meeting_url="https://meet.example.com/ada")
    held, done = (
        visiting.make_visit(visiting.make_slot(coach, cast.tomorrow_at(hour, days=-1)), client, visit_type)
        for hour in (18, 19)
    )
    step_visit(visit=done, step=Step.CHECK_IN, now=done.starts_at)
    full, waited, left = (eventing.make_full_event(coach, cast.tomorrow_at(10, days=days)) for days in (11, 12, 13))
    eventing.wait_for(waited, client)
    waiting = eventing.wait_for(left, client)
    feed = cast.make_feed(client)
    # One that may be sent again, and ahead of its time.
    message = Message.objects.get(subject_id=booking.pk)
    Message.objects.filter(pk=message.pk).update(state="failed", due_at=booking.starts_at)
    booked = Rule.objects.get(event="booked")
    template = add_template(
        rule=booked, brand_id=cast.main_brand().pk, language="de", data=TemplateData(subject="Hallo", text="Hallo")
    )
    webhook = register_webhook_endpoint(
        url="https://8.8.8.8/hooks", brand_id=cast.main_brand().pk, now=cast.MONDAY
    ).endpoint
    delivery = send_test_webhook(endpoint=webhook, now=cast.MONDAY)
    person = {"given_name": "Dora", "family_name": "Doe", "email": "dora@example.com", "phone": "+1 555 0100",
              "language": "en", "timezone": "Europe/Berlin"}  # fmt: skip
    rule = {"name": "An hour before", "event": "before_start", "offset_minutes": 60, "audience": "both",
            "address": "", "channel": "email", "brand_id": str(cast.main_brand().pk), "subject_kind": "coach_booking",
            "service_ids": ["0198c0de-7a00-7000-8000-0c11e0000001"], "quiet_from": "22:00", "quiet_until": "07:00",
            "lateness_minutes": 30, "is_essential": False, "is_active": True}  # fmt: skip
    return Scene(
        queries={
            "GET /v1/visits": f"?brand_id={cast.main_brand().pk}",
            **scene_events.make_queries(client),
            "GET /v1/waiting": f"?userId={client.person_id}",
        },
        rest=ActingRest(tenant, cast.make_token(), client=str(client.person_id), coach=str(coach.person_id)),
        values={
            "coaches.coach_id": coach.person_id,
            "bookings.id": booking.pk,
            "bookings.id.complete": begun.pk,
            "bookings.id.no_show": begun.pk,
            "events.id.create": full.pk,
            "events.id.list": waited.pk,
            "events.id.destroy": left.pk,
            "events.waiting_id": waiting.pk,
            "holds.pk": hold.pk,
            "providers.id": coach.person_id,
            "providers.slot_id": slots[1].pk,
            "visits.id": visit.pk,
            **{f"visits.id.{step}": held.pk for step in ("check_in", "start", "complete", "no_show")},
            "visits.id.undo": done.pk,
            "messages.pk": message.pk,
            "clients.pk": client.person_id,
            "suppressions.pk": cast.make_suppression("bob", brand=cast.main_brand()).pk,
            "staff.pk": coach.person_id,
            "notification-rules.pk": Rule.objects.create(
                name="Tomorrow", event="before_start", offset_minutes=1440, brand=cast.main_brand()
            ).pk,
            "channel-accounts.pk": cast.make_channel_account().pk,
            "notification-rules.rule_id": booked.pk,
            "notification-templates.pk": template.pk,
            "calendar-feeds.pk": feed.pk,
            "webhook-endpoints.pk": webhook.pk,
            "webhook-deliveries.pk": delivery.pk,
            **scene_events.make_values(coach, client),
        },
        bodies={
            **scene_events.make_bodies(coach, client),
            "POST /v1/coaches/<str:coach_id>/bookings": {
                "slot_at": cast.tomorrow_at(10).isoformat(),
                "notes": "Hello",
            },
            "POST /v1/coaches/<str:coach_id>/office-hours": {
                "weekdays": [1, 2],
                "date": None,
                "start_time": "09:00",
                "end_time": "12:00",
                "timezone": "Europe/Berlin",
                "duration_minutes": 30,
                "notice_minutes": 0,
                "horizon_days": 60,
                "valid_from": "2026-01-01",
                "valid_until": "2030-01-01",
                "exceptions": [{"date": "2026-12-24"}],
            },
            "POST /v1/availability/explain": {
                "duration_minutes": 30,
                "staff_ids": [str(coach.person_id)],
                "start_at": cast.tomorrow_at(14).isoformat(),
            },
            "POST /v1/holds": {
                "service_id": str(service.pk),
                "staff_ids": [str(coach.person_id)],
                "start_at": cast.tomorrow_at(15).isoformat(),
                "minutes": 5,
            },
            "POST /v1/events/<uuid:id>/waiting": {"userId": str(client.person_id)},
            "DELETE /v1/events/<uuid:id>/waiting/<uuid:waiting_id>": {},
            "DELETE /v1/holds/<uuid:pk>": {},
            "POST /v1/providers": {
                "brand_id": str(cast.main_brand().pk),
                "name": "Dora Doe",
                "specialty": "Sleep",
                "npi": "1932471005",
                "email": "dora@example.com",
                "phone": "+1 555 0100",
                "metadata": {"any": ["thing"]},
            },
            "POST /v1/providers/<str:id>/slots": {
                "brand_id": str(cast.main_brand().pk),
                "start_time": cast.tomorrow_at(22).isoformat(),
                "end_time": cast.tomorrow_at(23).isoformat(),
            },
            "POST /v1/providers/<str:id>/slots/openings": {
                "brand_id": str(cast.main_brand().pk),
                "first_day": str(cast.tomorrow_at(9, days=3).date()),
                "last_day": str(cast.tomorrow_at(9, days=4).date()),
                "duration_minutes": 30,
                "gap_minutes": 10,
                "weekdays": [1, 2, 3, 4, 5, 6, 7],
                "from_time": "10:00",
                "to_time": "12:00",
                "preview": False,
            },
            "POST /v1/events/series": {
                "coachId": str(coach.person_id),
                "startTime": cast.tomorrow_at(4).isoformat(),
                "endTime": cast.tomorrow_at(5).isoformat(),
                "timeslot": {
                    "timeSlotId": "0198c0de-7a00-7000-8000-51070000000a",
                    "startTime": "04:00:00Z",
                    "endTime": "05:00:00Z",
                    "numberOfParticipants": 3,
                    "slotType": "Offline",
                    "ageFrom": 18,
                    "ageTo": 99,
                    "duration": 60,
                    "price": 0,
                    "priceCurrency": "RUB",
                    "paymentMethod": "Cash",
                    "addressId": None,
                    "public": True,
                    "level": "Any",
                    "eligibility": "All",
                    "sportId": None,
                    "requiresApproval": False,
                },
                "rule": "FREQ=DAILY;COUNT=3",
                "onConflict": "skip",
                "preview": False,
            },
            "DELETE /v1/providers/<str:id>/slots/<str:slot_id>": {},
            "POST /v1/visits": {
                "brand_id": str(cast.main_brand().pk),
                "patient_id": str(client.person_id),
                "slot_id": str(slots[2].pk),
                "visit_type": visit_type.code,
                "reason": "Sleep",
                "notes": "Hello",
            },
            "POST /v1/visits/<str:id>/reschedule": {"new_slot_id": str(slots[3].pk)},
            "PUT /v1/visits/<str:id>/meeting": {"url": "https://meet.example.com/another"},
            "POST /v1/visits/<str:id>/cancel": {"reason": "Ill"},
            **{f"POST /v1/visits/<str:id>/{step}": {} for step in ("check-in", "start", "complete", "no-show", "undo")},
            "POST /v1/clients": person,
            "PATCH /v1/clients/<uuid:pk>": person,
            "POST /v1/staff": {**person, "title": "Coach"},
            "PATCH /v1/staff/<uuid:pk>": person,
            "POST /v1/channel-accounts": {
                "channel": "sms",
                "provider": "twilio",
                "brand_id": str(cast.main_brand().pk),
                "settings": {"account_sid": "AC" + 32 * "0", "auth_token": 32 * "1", "source": "+49 30 5550142"},
                "is_active": True,
            },
            "DELETE /v1/channel-accounts/<uuid:pk>": {},
            "PATCH /v1/channel-accounts/<uuid:pk>": {"settings": {"server_token": "another-token"}, "is_active": True},
            "POST /v1/channel-accounts/<uuid:pk>/test": {"to": "me@example.com"},
            "POST /v1/channel-accounts/<uuid:pk>/rotate-reports-url": {},
            "POST /v1/calendar-feeds": {"kind": "client", "level": "full", "name": "Phone"},
            "POST /v1/calendar-feeds/<uuid:pk>/rotate": {},
            "DELETE /v1/calendar-feeds/<uuid:pk>": {},
            "POST /v1/bookings/notify": {},
            "POST /v1/notification-rules/<int:rule_id>/templates": {
                "language": "fr",
                "subject": "Bonjour",
                "text": "{{ booking.date }}",
                "html": "",
            },
            "POST /v1/notification-rules/<int:rule_id>/templates/preview": {
                "booking_id": str(booking.pk),
                "reader": "client",
                "language": "en",
                "subject": "Hi",
                "text": "{{ client.name }}: {{ booking.notes }}",
                "html": "",
            },
            "PATCH /v1/notification-templates/<uuid:pk>": {
                "language": "ru",
                "subject": "Hi",
                "text": "Hi",
                "html": "<p>Hi</p>",
            },
            "DELETE /v1/notification-templates/<uuid:pk>": {},
            "POST /v1/webhook-endpoints": {
                "url": "https://8.8.8.8/hooks",
                "event_types": ["booking.booked"],
                "description": "Ours",
                "brand_id": str(cast.main_brand().pk),
            },
            "PATCH /v1/webhook-endpoints/<uuid:pk>": {
                "url": "https://8.8.8.8/hooks",
                "event_types": [],
                "description": "Ours",
                "is_active": True,
            },
            "DELETE /v1/webhook-endpoints/<uuid:pk>": {},
            "POST /v1/webhook-endpoints/<uuid:pk>/rotate-secret": {"overlap_hours": 1},
            "POST /v1/webhook-endpoints/<uuid:pk>/test": {},
            "POST /v1/webhook-deliveries/<int:pk>/replay": {},
            "DELETE /v1/bookings/<str:id>": {},
            "DELETE /v1/bookings/user-data": {},
            "POST /v1/notification-rules": rule,
            "PATCH /v1/notification-rules/<int:pk>": rule,
            "DELETE /v1/notification-rules/<int:pk>": {},
            "POST /v1/bookings/<str:id>/reschedule": {"slot_at": cast.tomorrow_at(12).isoformat()},
            "POST /v1/bookings/<str:id>/complete": {},
            "POST /v1/bookings/<str:id>/no-show": {},
            "POST /v1/messages/<uuid:pk>/retry": {},
            "POST /v1/messages/<uuid:pk>/send-now": {},
            "POST /v1/suppressions": {
                "channel": "email",
                "address": "dora@example.com",
                "scope": "everything",
                "note": "Called.",
            },
            "DELETE /v1/suppressions/<uuid:pk>": {},
            "POST /v1/delivery-reports": {
                "message_id": str(_sent_message(begun)),
                "kind": "bounced",
                "at": "2026-11-20T09:00:00Z",
                "detail": "550 No such user",
            },
        },
    )


def _sent_message(booking: CoachBooking) -> UUID:
    message = Message.objects.get(subject_id=booking.pk, event="booked")
    Message.objects.filter(pk=message.pk).update(state="sent", attempts=1, sent_at=message.due_at)
    return message.pk
