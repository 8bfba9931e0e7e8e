from datetime import datetime

from django.db.models import Q

from tenants.personal import Someone, personal, register_led, register_step, register_subjects
from visits.models import Slot, Visit
from visits.rules.statuses import CANCELLABLE
from visits.services.cancel_visit import cancel_visit

_NOBODY = Q(pk__in=[])
_KEYS = "Opaque keys, versions and times of writing."


def _as_client(who: Someone) -> Q:
    return Q(client_id=who.client_id) if who.client_id else _NOBODY


def _as_provider(who: Someone) -> Q:
    return Q(provider_id=who.staff_id) if who.staff_id else _NOBODY


def _cancel_visits(who: Someone, now: datetime, limit: int) -> int:
    """On either side; the other one is told. No fee is owed."""
    ahead = Visit.objects.filter(_as_client(who) | _as_provider(who), status__in=CANCELLABLE, starts_at__gt=now)
    # Locked as they are looked at: what somebody else has cancelled or begun meanwhile is none of them.
    visits = list(ahead.select_for_update().order_by("pk")[:limit])
    for visit in visits:
        cancel_visit(visit=visit, reason=None, as_staff=True, now=now)
    return len(visits)


def _close_slots(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    return Slot.objects.open().filter(_as_provider(who), starts_at__gt=now).update(closed_at=now)


register_step("visits_cancelled", _cancel_visits, at_once=True)
register_step("slots_closed", _close_slots, at_once=True)
register_subjects(lambda who: Visit.objects.filter(_as_client(who)).order_by().values_list("pk", flat=True))
register_led(lambda who: Visit.objects.filter(_as_provider(who)).order_by().values_list("pk", flat=True))

personal(
    "visits_provider",
    of=lambda who: Q(staff_member_id=who.staff_id) if who.staff_id else _NOBODY,
    erased={"specialty": None, "npi": None, "metadata": {}, "meeting_url": ""},
    kept={_KEYS: ("id", "staff_member_id", "brand_id", "created_at", "updated_at")},
)
personal(
    "visits_slot",
    of=_as_provider,
    pseudonymised=("starts_at", "ends_at", "closed_at"),
    kept={_KEYS: ("id", "provider_id", "brand_id", "created_at")},
)
personal(
    "visits_visit",
    of=_as_client,
    erased={"reason": None, "notes": None, "cancel_reason": None, "meeting_url": "", "assignment": None},
    pseudonymised=(
        "id",
        "starts_at",
        "duration_minutes",
        "status",
        "cancelled_at",
        "cancel_fee_minor",
        "cancel_notice_minutes",
        "cancel_fee_percent",
        "price_minor",
        "currency",
        "created_at",
    ),
    kept={
        _KEYS: (
            "brand_id",
            "slot_id",
            "provider_id",
            "client_id",
            "service_id",
            "status_before",
            "version",
            "schedule_version",
            "updated_at",
        )
    },
)
