from datetime import datetime

from django.db.models import Q

from scheduling.models import Hold
from scheduling.models.people import ERASED_NAME
from scheduling.services.hold_time import release_hold
from tenants.audit.erasure import erase_personal
from tenants.personal import Someone, about, owners_of, personal, register_step

_NOBODY = Q(pk__in=[])
_KEY = "An opaque key: others' rows point at it."
_TENANT = "The tenant's own, of which a person is no part."


def _of_resource(who: Someone) -> Q:
    return Q(resource_id=who.resource_id) if who.resource_id else _NOBODY


def _of_staff(who: Someone) -> Q:
    return Q(pk=who.staff_id) if who.staff_id else _NOBODY


def _holds(who: Someone) -> Q:
    """What they hold, and what is held of their time."""
    theirs = Q(holder=f"person:{who.person_id}")
    return theirs | Q(staff_member_id=who.staff_id) if who.staff_id else theirs


def _release_holds(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    holds = list(Hold.objects.filter(_holds(who)).order_by("pk")[:limit])
    for hold in holds:
        release_hold(hold=hold)
    return len(holds)


def _clear_history(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    return erase_personal(owners=owners_of(who))


register_step("holds", _release_holds, at_once=True)
register_step("history", _clear_history)

# Written by `erase_person`, with the rows that are the person's alone.
personal(
    "scheduling_person",
    of=lambda who: Q(pk=who.person_id),
    by="identity",
    erased={
        "user_id": None,
        "given_name": ERASED_NAME,
        "family_name": "",
        "email": "",
        "phone": "",
        "language": "en",
        "timezone": "UTC",
        "birth_date": None,
        "gender": "",
    },
    pseudonymised=("id", "created_at"),
    kept={"Says that they were erased, and nothing of them.": ("erased_at", "version", "updated_at")},
)
personal(
    "scheduling_client",
    of=lambda who: Q(pk=who.client_id) if who.client_id else _NOBODY,
    pseudonymised=("created_at",),
    kept={_KEY: ("id", "person_id")},
)
personal(
    "scheduling_client_brands",
    of=lambda who: Q(client_id=who.client_id) if who.client_id else _NOBODY,
    at_once=True,
    removed=("brand_id",),
    secret=("id", "client_id"),
)
personal(
    "scheduling_staffmember",
    of=_of_staff,
    at_once=True,
    erased={"title": "", "is_active": False},
    pseudonymised=("created_at",),
    kept={_KEY: ("id", "person_id", "resource_id")},
)
personal(
    "scheduling_staffmember_brands",
    of=lambda who: Q(staffmember_id=who.staff_id) if who.staff_id else _NOBODY,
    at_once=True,
    removed=("brand_id",),
    secret=("id", "staffmember_id"),
)
personal(
    "scheduling_resource",
    of=lambda who: Q(pk=who.resource_id) if who.resource_id else _NOBODY,
    at_once=True,
    erased={"name": ERASED_NAME, "is_active": False, "timezone": "UTC"},
    kept={_KEY: ("id", "kind", "location_id")},
)
personal(
    "scheduling_workinghours",
    of=_of_resource,
    removed=("weekday", "starts", "ends", "valid_from", "valid_until"),
    secret=("id", "resource_id"),
)
personal("scheduling_hoursexception", of=_of_resource, removed=("date", "starts", "ends"), secret=("id", "resource_id"))
personal(
    "scheduling_reservation",
    of=lambda who: (_of_resource(who) | about(who)) & ~Q(overbook_reason=""),
    # Not empty: the database wants a reason of time that was overbooked.
    erased={"overbook_reason": ERASED_NAME},
    kept={
        "Time that was taken, by opaque keys; what it was taken for says more.": (
            "id",
            "resource_id",
            "during",
            "exclusive",
            "active",
            "subject_kind",
            "subject_id",
            "service_id",
            "expires_at",
            "created_at",
        )
    },
)
personal(
    "scheduling_hold",
    of=_holds,
    by="holds",
    removed=("starts_at", "duration_minutes", "created_at", "expires_at"),
    secret=("id", "brand_id", "service_id", "staff_member_id", "holder", "place", "assignment"),
)
personal("scheduling_location", kept={_TENANT: ("id", "name", "address", "timezone")})
personal("scheduling_room", kept={_TENANT: ("id", "resource_id", "location_id", "seats")})
personal("scheduling_closure", kept={_TENANT: ("id", "name", "starts_on", "ends_on", "brand_id", "location_id")})
personal(
    "scheduling_service",
    kept={
        _TENANT: (
            "id",
            "brand_id",
            "code",
            "name",
            "description",
            "offered_in",
            "duration_minutes",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "step_minutes",
            "notice_minutes",
            "horizon_days",
            "cancel_notice_minutes",
            "cancel_fee_percent",
            "price_minor",
            "currency",
            "max_per_day",
            "max_per_staff_per_day",
            "is_remote",
            "meeting_opens_minutes",
            "timezone",
            "is_active",
            "created_at",
            "updated_at",
        )
    },
)
personal(
    "scheduling_service_staff",
    of=lambda who: Q(staffmember_id=who.staff_id) if who.staff_id else _NOBODY,
    pseudonymised=("service_id",),
    kept={"Without it, a service of one person alone would be everybody's.": ("id", "staffmember_id")},
)
personal("scheduling_servicehours", kept={_TENANT: ("id", "service_id", "weekday", "starts", "ends")})
personal("scheduling_serviceneed", kept={_TENANT: ("id", "service_id", "name")})
personal("scheduling_serviceneed_resources", kept={_TENANT: ("id", "serviceneed_id", "resource_id")})
personal(
    "scheduling_erasure",
    kept={
        "The receipt: opaque keys, numbers and times.": (
            "id",
            "person_id",
            "user_key",
            "asked_at",
            "by",
            "for_person",
            "done",
            "due_at",
            "failures",
            "failure",
            "finished_at",
        )
    },
)
