from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings.models import CoachBooking, Dispute, Event, EventBooking, OfficeHour, WaitingPlace
from bookings.rules.coach_booking import Status as CoachBookingStatus
from bookings.rules.event_booking import CANCELLABLE, Role
from bookings.rules.events import EventStatus
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.cancel_event import cancel_event
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.leave_waiting_list import leave_waiting_list
from bookings.services.places import lock_events
from tenants.personal import Someone, personal, register_led, register_owners, register_step, register_subjects

_NOBODY = Q(pk__in=[])
_REASON_CODE = "Other"
_KEYS = "Opaque keys, versions and times of writing."
_TENANT = "The tenant's own, of which a person is no part."


def _as_client(who: Someone) -> Q:
    return Q(client_id=who.client_id) if who.client_id else _NOBODY


def _as_coach(who: Someone) -> Q:
    return Q(coach_id=who.staff_id) if who.staff_id else _NOBODY


def _booked_by(who: Someone) -> Q:
    booked = EventBooking.objects.filter(_as_client(who)).order_by()
    return Q(pk__in=booked.values("event_id"))


def _of_led_event(who: Someone) -> Q:
    return Q(event__coach_id=who.staff_id) if who.staff_id else _NOBODY


def _said_why(who: Someone) -> Q:
    """Places of others that they canceled as a coach, or with the whole event."""
    return _of_led_event(who) & Q(canceled_by_role=Role.COACH)


def _in_dispute(who: Someone) -> Q:
    """Opened by them or about them: what both sides say of each other."""
    found = Q(disputer_id=who.person_id)
    if who.client_id:
        found |= Q(booking__client_id=who.client_id)
    return found | Q(booking__event__coach_id=who.staff_id) if who.staff_id else found


def _led(who: Someone, now: datetime) -> QuerySet[Event]:
    return Event.objects.filter(_as_coach(who), status=EventStatus.SCHEDULED, starts_at__gt=now)


def _booked(who: Someone, now: datetime) -> QuerySet[EventBooking]:
    return EventBooking.objects.filter(_as_client(who), status__in=CANCELLABLE, event__starts_at__gt=now)


def _waited_for(who: Someone) -> QuerySet[WaitingPlace]:
    return WaitingPlace.objects.in_line().filter(_as_client(who))


def _lock_events(who: Someone, now: datetime) -> set[UUID]:
    """Locks all events in which something of theirs is cancelled, at once: by steps, one that is led could come before
    one with a smaller id that is booked, and two erasures would wait in a circle (docs/adr/0028)."""
    event_ids = set(_led(who, now).values_list("pk", flat=True))
    event_ids |= set(_booked(who, now).values_list("event_id", flat=True))
    event_ids |= set(_waited_for(who).values_list("event_id", flat=True))
    lock_events(event_ids)
    return event_ids


def _cancel_events(who: Someone, now: datetime, limit: int) -> int:
    """All that have not begun, and with each the places in it."""
    event_ids = _lock_events(who, now)
    # As they are now, under the locks. Each of them may have thousands of places.
    events = list(_led(who, now).filter(pk__in=event_ids).order_by("pk")[: min(limit, 20)])
    for event in events:
        cancel_event(event=event, role=Role.SYSTEM, reason_code=_REASON_CODE, now=now)
    return len(events)


def _cancel_event_bookings(who: Someone, now: datetime, limit: int) -> int:
    event_ids = _lock_events(who, now)
    standing = _booked(who, now).filter(event__in=event_ids).select_for_update(of=("self",), no_key=True)
    bookings = list(standing.order_by("event_id", "pk")[:limit])
    for booking in bookings:
        cancel_event_booking(booking=booking, role=Role.SYSTEM, reason_code=_REASON_CODE, now=now)
    return len(bookings)


def _leave_lines(who: Someone, now: datetime, limit: int) -> int:
    """A place that is offered to them goes to the next in line."""
    event_ids = _lock_events(who, now)
    places = list(_waited_for(who).filter(event__in=event_ids).order_by("event_id", "pk")[:limit])
    for place in places:
        leave_waiting_list(place=place, now=now)
    return len(places)


def _cancel_coach_bookings(who: Someone, now: datetime, limit: int) -> int:
    """On either side; the other one is told."""
    ahead = CoachBooking.objects.filter(
        _as_client(who) | _as_coach(who), status=CoachBookingStatus.BOOKED, starts_at__gt=now
    )
    # Locked as they are looked at: what somebody else has cancelled meanwhile is none of them.
    bookings = list(ahead.select_for_update().order_by("pk")[:limit])
    for booking in bookings:
        cancel_coach_booking(booking=booking, reason="", as_staff=True, now=now)
    return len(bookings)


def _empty_reasons(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    """Why they, as a coach, cancelled places of others: copies of what the event said too."""
    said = EventBooking.objects.filter(_said_why(who))
    keys = list(said.exclude(cancellation_reason_text="").order_by("pk").values_list("pk", flat=True)[:limit])
    return EventBooking.objects.filter(pk__in=keys).update(cancellation_reason_text="")


def _end_office_hours(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    return OfficeHour.objects.filter(_as_coach(who), is_active=True).update(is_active=False)


def _owners(who: Someone) -> Iterator[str]:
    """Of their places, of those that they canceled for others, and of those about which there is a dispute."""
    # One by one: for either of two conditions Postgres would read all places of the tenant.
    found = (
        EventBooking.objects.filter(which).order_by().values_list("pk") for which in (_as_client(who), _said_why(who))
    )
    disputed = Dispute.objects.filter(_in_dispute(who)).order_by().values_list("booking_id")
    return (f"event_booking:{key}" for (key,) in disputed.union(*found))


# The ledger after all events, as everywhere (docs/adr/0028).
register_step("events_cancelled", _cancel_events, at_once=True)
register_step("event_bookings_cancelled", _cancel_event_bookings, at_once=True)
register_step("waiting_places_left", _leave_lines, at_once=True)
register_step("coach_bookings_cancelled", _cancel_coach_bookings, at_once=True)
register_step("office_hours_ended", _end_office_hours, at_once=True)
register_step("reasons_emptied", _empty_reasons)
register_subjects(lambda who: CoachBooking.objects.filter(_as_client(who)).order_by().values_list("pk", flat=True))
register_subjects(lambda who: EventBooking.objects.filter(_as_client(who)).order_by().values_list("pk", flat=True))
register_subjects(lambda who: WaitingPlace.objects.filter(_as_client(who)).order_by().values_list("pk", flat=True))
register_subjects(lambda who: Event.objects.filter(_as_coach(who)).order_by().values_list("pk", flat=True))
register_led(lambda who: CoachBooking.objects.filter(_as_coach(who)).order_by().values_list("pk", flat=True))
register_led(lambda who: EventBooking.objects.filter(_of_led_event(who)).order_by().values_list("pk", flat=True))
register_led(lambda who: WaitingPlace.objects.filter(_of_led_event(who)).order_by().values_list("pk", flat=True))
register_owners(_owners)

personal("bookings_sport", kept={_TENANT: ("id", "name", "is_active")})
personal("bookings_disputereason", kept={_TENANT: ("id", "name", "is_active")})
personal("bookings_eventsettings", kept={_TENANT: ("id", "brand_id", "allows_overlaps", "offer_minutes")})
personal(
    "bookings_officehour",
    of=_as_coach,
    pseudonymised=(
        "weekdays",
        "date",
        "start_time",
        "end_time",
        "timezone",
        "duration_minutes",
        "notice_minutes",
        "horizon_days",
        "valid_from",
        "valid_until",
        "is_active",
    ),
    kept={_KEYS: ("id", "coach_id", "brand_id", "created_at")},
)
personal(
    "bookings_officehourexception",
    of=lambda who: Q(office_hour__coach_id=who.staff_id) if who.staff_id else _NOBODY,
    removed=("date", "start_time", "end_time"),
    secret=("id", "office_hour_id"),
)
personal(
    "bookings_coachbooking",
    of=_as_client,
    erased={"notes": None, "cancel_reason": ""},
    pseudonymised=("id", "starts_at", "duration_minutes", "status", "cancelled_at", "created_at"),
    kept={_KEYS: ("office_hour_id", "coach_id", "client_id", "brand_id", "version", "schedule_version", "updated_at")},
)
personal(
    "bookings_timeslot",
    of=_as_coach,
    pseudonymised=(
        "starts",
        "ends",
        "timezone",
        "participants",
        "kind",
        "age_from",
        "age_to",
        "price",
        "is_public",
        "level",
        "eligibility",
        "needs_approval",
    ),
    kept={_KEYS: ("id", "coach_id", "brand_id", "sport_id", "address_id", "created_at")},
)
personal(
    "bookings_event",
    of=_as_coach,
    explained_by=_booked_by,
    erased={"cancellation_reason_text": ""},
    pseudonymised=("id", "date", "starts_at", "ends_at", "capacity", "taken", "status", "canceled_at"),
    kept={
        _KEYS: (
            "time_slot_id",
            "coach_id",
            "brand_id",
            "canceled_by_role",
            "cancellation_reason_code",
            "version",
            "created_at",
            "updated_at",
        )
    },
)
personal(
    "bookings_order",
    of=_as_client,
    pseudonymised=("id", "payment_status", "created_at"),
    kept={_KEYS: ("client_id", "brand_id")},
)
personal(
    "bookings_eventbooking",
    of=_as_client,
    erased={"note": None, "cancellation_reason_text": ""},
    pseudonymised=(
        "id",
        "order_id",
        "event_id",
        "status",
        "price",
        "cardinality",
        "completed",
        "canceled_at",
        "canceled_by_role",
        "cancellation_reason_code",
        "dismissed_at",
        "created_at",
    ),
    kept={_KEYS: ("client_id", "brand_id", "version", "schedule_version", "updated_at")},
)
personal(
    "bookings_coachcount", of=lambda who: _as_client(who) | _as_coach(who), removed=("bookings",),
    secret=("id", "client_id", "coach_id"),
)  # fmt: skip
personal(
    "bookings_waitingplace",
    of=_as_client,
    pseudonymised=("event_id", "number", "state", "created_at"),
    kept={_KEYS: ("id", "client_id", "brand_id", "offered_until", "version", "schedule_version", "updated_at")},
)
personal(
    "bookings_dispute",
    of=_in_dispute,
    erased={"comment": "", "resolution": ""},
    pseudonymised=("booking_id", "reason_id", "opened_at", "resolved_at"),
    kept={_KEYS: ("id", "disputer_id")},
)
