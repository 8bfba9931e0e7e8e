"""Visits as they are sent and answered (loop.yaml)."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from api.fields import BodySerializer, InstantField
from api.paging import OpaqueCursor, PageQuery
from visits.models import Visit
from visits.rules.cancelling import fee_minor, free_until
from visits.rules.statuses import Status, may_cancel

MAX_TEXT = 10_000
STATUSES = [status.value for status in Status]


class NewVisit(BodySerializer):
    """Either `slot_id`, or `start_time`: then whoever has an open slot at that time and is least busy."""

    brand_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    slot_id = serializers.UUIDField(required=False)
    start_time = InstantField(required=False, help_text="Instead of slot_id: any provider's slot that starts then.")
    visit_type = serializers.CharField(max_length=64)
    reason = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=MAX_TEXT, trim_whitespace=False
    )
    notes = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=MAX_TEXT, trim_whitespace=False
    )
    hold_id = serializers.UUIDField(required=False, help_text="Of a hold on this time, which becomes the visit's.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("slot_id" in attrs) == ("start_time" in attrs):
            raise serializers.ValidationError({"slot_id": "Give slot_id, or start_time instead of it."})
        return attrs


class VisitMove(BodySerializer):
    """The slot to which a visit is moved."""

    new_slot_id = serializers.UUIDField()


class Cancellation(BodySerializer):
    """Why a visit is cancelled."""

    reason = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=MAX_TEXT, trim_whitespace=False
    )


class VisitOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    brand_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    provider_id = serializers.UUIDField()
    slot_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=STATUSES)
    visit_type = serializers.CharField()
    reason = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class VisitDetailOutput(VisitOutput):
    """What the contract shows of a visit, and what it does not."""

    start_time = serializers.DateTimeField(help_text="Of the slot.")
    end_time = serializers.DateTimeField(help_text="Of the slot.")
    price_minor = serializers.IntegerField(help_text="As agreed at booking, in minor units.")
    currency = serializers.CharField(help_text="ISO 4217.")
    cancel_fee_minor = serializers.IntegerField(allow_null=True, help_text="Owed by who cancelled it late.")


@extend_schema_serializer(many=False)
class VisitsOutput(serializers.Serializer[Any]):
    visits = VisitOutput(many=True)
    next = serializers.URLField(required=False, allow_null=True, help_text="With limit or cursor only.")
    previous = serializers.URLField(required=False, allow_null=True, help_text="With limit or cursor only.")


class CancellationOutput(serializers.Serializer[Any]):
    can_be_cancelled = serializers.BooleanField(help_text="By the caller, now.")
    free_until = serializers.DateTimeField(help_text="A patient who cancels later owes the fee.")
    fee_minor = serializers.IntegerField(help_text="What the caller would owe now, in minor units.")
    price_minor = serializers.IntegerField()
    currency = serializers.CharField(help_text="ISO 4217.")


class VisitsQuery(PageQuery):
    brand_id = serializers.UUIDField()
    patient_id = serializers.UUIDField(required=False, help_text="Of this patient. A service needs act-as for it.")
    provider_id = serializers.UUIDField(required=False, help_text="With this provider.")
    status = serializers.ChoiceField(choices=STATUSES, required=False, help_text="In this status.")
    vars()["from"] = InstantField(required=False, help_text="Visits that start at this date-time or later.")
    to = InstantField(required=False, help_text="Visits that start before this date-time.")


class VisitPages(OpaqueCursor):
    """By start, the latest first; the contract's list with where it goes on."""

    ordering: Any = ("-starts_at", "-id")


def visit_json(visit: Visit) -> dict[str, Any]:
    """loop.yaml, Visit. Needs the client, the provider and the service to be loaded."""
    return {
        "id": visit.pk,
        "brand_id": visit.brand_id,
        "patient_id": visit.client.person_id,
        "provider_id": visit.provider.person_id,
        "slot_id": visit.slot_id,
        "status": str(visit.status),
        "visit_type": visit.service.code,
        "reason": visit.reason,
        "notes": visit.notes,
        "cancelled_at": visit.cancelled_at,
        "cancel_reason": visit.cancel_reason,
        "created_at": visit.created_at,
        "updated_at": visit.updated_at,
    }


def detail_json(visit: Visit) -> dict[str, Any]:
    """As visit_json, with what the contract does not show."""
    return {
        **visit_json(visit),
        "start_time": visit.starts_at,
        "end_time": visit.ends_at,
        "price_minor": visit.price_minor,
        "currency": visit.currency,
        "cancel_fee_minor": visit.cancel_fee_minor,
    }


def cancellation_json(visit: Visit, *, as_staff: bool, now: datetime) -> dict[str, Any]:
    """What it would cost to cancel the visit now."""
    terms = visit.cancel_terms
    return {
        "can_be_cancelled": may_cancel(Status(visit.status), starts_at=visit.starts_at, now=now, as_staff=as_staff),
        "free_until": free_until(terms, starts_at=visit.starts_at),
        "fee_minor": fee_minor(terms, starts_at=visit.starts_at, now=now, as_staff=as_staff),
        "price_minor": visit.price_minor,
        "currency": visit.currency,
    }
