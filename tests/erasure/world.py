"""Somebody of whom every app knows something, in words that occur nowhere else."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from oauth2_provider.models import get_grant_model

from accounts.access.models import AccountMail, Membership
from accounts.models import User
from bookings.models import DisputeReason, Event, EventBooking, WaitingPlace
from bookings.rules.events import Hours, Terms
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.note_event_booking import note_event_booking
from bookings.services.open_dispute import open_dispute
from bookings.services.place_order import place_order
from bookings.services.publish_event import publish_event
from notifications.models import ChannelAccount, Message, Rule, WebhookAttempt, WebhookDelivery
from notifications.rules import Channel
from notifications.rules.suppressions import SuppressionScope
from notifications.services.add_suppression import add_suppression
from notifications.services.register_webhook_endpoint import register_webhook_endpoint
from scheduling.models import Client, Erasure, HoursException, Person, Reservation, StaffMember
from scheduling.services.change_person import change_person
from tests.notifications.scene import send_due
from tests.support import cast, visiting
from tests.support.http import Rest

WORD = "canaryword"
PHONE = "+1 555 867 5309"
EMAIL = f"me@{WORD}.example.com"
WORDS = (WORD, PHONE, PHONE.replace(" ", ""), "1987-11-23")
# Where `make_known` leaves them.
TABLES = {
    "access_accountmail",
    "accounts_user",
    "api_idempotencyrecord",
    "audit_auditpersonal",
    "bookings_coachbooking",
    "bookings_dispute",
    "bookings_eventbooking",
    "django_session",
    "notifications_calendarfeed",
    "notifications_channelaccount",
    "notifications_message",
    "notifications_suppression",
    "notifications_webhookattempt",
    "oauth2_provider_grant",
    "scheduling_person",
    "scheduling_reservation",
    "visits_visit",
}


@dataclass
class Known:
    """A client and a coach, the latter erased in other tests; what they have to do with each other."""

    client: Client
    coach: StaffMember
    user: User
    token: str
    service_token: str
    # What stays: the price of an order that is over, by its booking.
    past: EventBooking = field(init=False)
    ahead: EventBooking = field(init=False)
    event: Event = field(init=False)

    @property
    def person(self) -> Person:
        return self.client.person


def at(days: float) -> datetime:
    now = datetime.now(tz=UTC) + timedelta(days=days)
    return now.replace(minute=0, second=0, microsecond=0)


def make_event(coach: StaffMember, days: float, *, places: int = 5, price: int = 150_000) -> Event:
    """Of an hour, so many days from now."""
    starts = at(days)
    return publish_event(
        coach=coach,
        brand_id=cast.main_brand().pk,
        hours=Hours(starts=starts.time(), ends=(starts + timedelta(hours=1)).time(), zone=ZoneInfo("UTC")),
        terms=Terms(participants=places, price=price),
        day=starts.date(),
        now=starts - timedelta(days=30),
        slot_id=None,
    )


def book(client: Client, *events: Event) -> list[EventBooking]:
    order = place_order(
        client=client,
        brand_id=cast.main_brand().pk,
        event_ids=[event.pk for event in events],
        now=min(event.starts_at for event in events) - timedelta(days=1),
    )
    return list(order.bookings.order_by("event__starts_at"))


def make_known(tenant: Any) -> Known:
    """Words in everything that a person can leave behind."""
    coach, client = cast.make_coach(), cast.make_client()
    Rule.objects.create(event="cancelled", audience="both", channel="email")
    user = cast.make_user(client)
    change_person(
        person=client.person,
        changes={
            "given_name": WORD.title(),
            "family_name": f"Mc{WORD}",
            "email": EMAIL,
            "phone": PHONE,
            "birth_date": date(1987, 11, 23),
            "gender": "female",
        },
    )
    User.objects.filter(pk=user.pk).update(email=EMAIL, name=WORD)
    client.refresh_from_db()
    known = Known(
        client=client,
        coach=coach,
        user=User.objects.get(pk=user.pk),
        token=cast.make_token(user=user),
        service_token=cast.make_token(),
    )
    _signed_in(known)
    _bookings(known)
    _visits(known)
    _events(known)
    _over_rest(known, tenant)
    _told(known)
    return known


def _signed_in(known: Known) -> None:
    session = SessionStore()
    session["_auth_user_id"] = str(known.user.pk)
    session["note"] = WORD
    session.create()
    Membership.objects.create(user=known.user, role="coach", brand=cast.main_brand())
    now = datetime.now(tz=UTC)
    for address, user in ((EMAIL.upper(), None), ("", known.user)):
        AccountMail.objects.create(
            purpose="password_reset", address=address, user=user, created_at=now, due_at=now + timedelta(days=1)
        )
    get_grant_model().objects.create(
        user=known.user,
        code=f"code-{WORD}",
        application=cast.make_application(),
        expires=now + timedelta(hours=1),
        redirect_uri=f"https://{WORD}.example.com/",
    )


def _bookings(known: Known) -> None:
    cast.make_office_hour(known.coach)
    for days in (-3, 3):
        starts = at(days).replace(hour=9)
        booking = cast.make_booking(known.coach, known.client, slot_at=starts, now=starts - timedelta(hours=12))
        type(booking).objects.filter(pk=booking.pk).update(notes=f"Says {WORD}")
    gone = cast.make_booking(known.coach, known.client, slot_at=at(4).replace(hour=10))
    cancel_coach_booking(booking=gone, reason=f"Because of {WORD}", as_staff=False, now=at(1))
    Reservation.objects.filter(subject_id=gone.pk).update(overbook_reason=f"For {WORD}")


def _visits(known: Known) -> None:
    visiting.register(known.coach)
    kind = visiting.make_visit_type()
    for days in (-5, 5):
        slot = visiting.make_slot(known.coach, at(days).replace(hour=12))
        visit = visiting.make_visit(slot, known.client, kind, reason=f"Ill, {WORD}", notes=WORD)
        type(visit).objects.filter(pk=visit.pk).update(
            meeting_url=f"https://meet.example.com/{WORD}", cancel_reason=WORD
        )


def _events(known: Known) -> None:
    past, known.event = make_event(known.coach, -8), make_event(known.coach, 8)
    known.past = book(known.client, past)[0]
    known.ahead = book(known.client, known.event)[0]
    note_event_booking(booking=known.past, note=f"Notes on {WORD}", now=at(0))
    reason = DisputeReason.objects.create(name="Late")
    open_dispute(
        booking=known.past, disputer_id=known.coach.person_id, reason_id=reason.pk, comment=f"{WORD}!", now=at(0)
    )
    full = make_event(known.coach, 9)
    WaitingPlace.objects.create(
        event=full, number=1, client=known.client, brand=cast.main_brand(), created_at=at(0), updated_at=at(0)
    )


def _over_rest(known: Known, tenant: Any) -> None:
    """Writes that are stored for repetition: the person's own, and a service's for them."""
    own = Rest(tenant, known.token)
    service = Rest(tenant, known.service_token, **{"X-Current-User-Id": str(known.person.pk)})
    for number, rest in enumerate((own, service)):
        body = {"slot_at": at(6).replace(hour=13 + number).isoformat(), "notes": f"By REST, {WORD}"}
        answer = rest.post(
            f"/v1/coaches/{known.coach.person_id}/bookings", body, headers={"Idempotency-Key": f"{WORD}-{number}"}
        )
        assert answer.status_code == 201, answer.content
    changed = Rest(tenant, known.service_token).patch(
        f"/v1/clients/{known.person.pk}", {"family_name": f"O'{WORD}"}, headers={"Idempotency-Key": "change"}
    )
    assert changed.status_code == 200, changed.content
    named = Rest(tenant, known.service_token).post(
        "/v1/suppressions",
        {"channel": "email", "address": EMAIL, "scope": "non_essential", "note": WORD},
        headers={"Idempotency-Key": "suppress"},
    )
    assert named.status_code == 201, named.content
    known.client.refresh_from_db()


def _told(known: Known) -> None:
    endpoint = register_webhook_endpoint(url="https://8.8.8.8/", brand_id=None, now=cast.MONDAY).endpoint
    cast.make_feed(known.client, name=f"{WORD}'s phone")
    add_suppression(
        channel=Channel.SMS, address=PHONE, brand_id=None, scope=SuppressionScope.EVERYTHING, note=WORD, now=at(0)
    )
    account = cast.make_channel_account()
    ChannelAccount.objects.filter(pk=account.pk).update(test_to=EMAIL, test_text=f"550 {EMAIL}")
    send_due()
    told = Message.objects.filter(recipient=known.person)
    told.update(reason=f"550 {EMAIL}", provider_id=WORD)
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        event_type="booking.booked",
        subject_kind="event_booking",
        subject_id=known.past.pk,
        schedule_version=9,
        payload={},
        due_at=at(0),
        expires_at=at(9),
        created_at=at(0),
    )
    WebhookAttempt.objects.create(
        delivery=delivery, number=1, at=at(0), status=200, milliseconds=1, answer=f"Hello {WORD}"
    )
    HoursException.objects.create(resource=known.coach.resource, date=at(3).date(), starts=time(9), ends=time(10))


def settle(receipt: Erasure) -> None:
    """As if it had been asked for long ago: the next look may be the last."""
    Erasure.objects.filter(pk=receipt.pk).update(asked_at=datetime.now(tz=UTC) - 2 * Erasure.SETTLES, due_at=at(0))


def log_of_erasures() -> Path:
    return Path(settings.ERASURE_LOG)
