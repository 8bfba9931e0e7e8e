from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from scheduling.public import Client, Service, StaffMember
from tenants.brands.models import Brand
from tenants.ids import new_id
from visits.models.slots import Slot
from visits.rules.cancelling import Terms
from visits.rules.statuses import Status

_LENGTH = 16


class VisitQuerySet(models.QuerySet["Visit"]):
    def with_people(self) -> "VisitQuerySet":
        return self.select_related("client__person", "provider__person", "provider__resource", "service", "brand")


class Visit(models.Model):
    """A client's visit in a provider's slot. Its time, with the buffers of its type, is a reservation."""

    SUBJECT_KIND: ClassVar = "visit"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="visits")
    provider = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="visits")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="visits")
    service = models.ForeignKey(Service, verbose_name="visit type", on_delete=models.PROTECT, related_name="visits")
    # Those of the slot, which never change.
    starts_at = models.DateTimeField()
    duration_minutes = models.PositiveSmallIntegerField()
    status = models.CharField(
        max_length=_LENGTH, choices=[(status.value, status.label) for status in Status], default=Status.SCHEDULED
    )
    # Where `undo` leads; empty where there is nothing to undo.
    status_before = models.CharField(max_length=_LENGTH, blank=True, default="", editable=False)
    reason = models.TextField(null=True, blank=True)  # noqa: DJ001 - the contract tells null from ""
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(null=True, blank=True)  # noqa: DJ001
    cancel_fee_minor = models.PositiveIntegerField(
        "cancellation fee (minor units)", null=True, blank=True, help_text="Owed by who cancelled it late."
    )
    # As they were when it was booked, whatever becomes of the visit type.
    cancel_notice_minutes = models.PositiveIntegerField()
    cancel_fee_percent = models.PositiveSmallIntegerField()
    price_minor = models.PositiveIntegerField("price (minor units)")
    currency = models.CharField(max_length=3)
    # How the provider was chosen; null where the caller chose.
    assignment = models.JSONField(null=True, blank=True)
    meeting_url = models.URLField(max_length=500, blank=True, default="", help_text="Where a remote visit takes place.")
    version = models.PositiveIntegerField(default=1)
    # Rises when time, staff or what became of it change: SEQUENCE of the .ics, and the version that messages name.
    schedule_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["slot"], condition=~Q(status="cancelled"), name="visit_once_per_slot"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]), name="visit_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at=None)),
                name="visit_cancelled_at",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "starts_at", "id"], name="visit_of_brand"),
            models.Index(fields=["client", "starts_at"], name="visit_of_client"),
            models.Index(fields=["provider", "starts_at"], name="visit_of_provider"),
            models.Index(fields=["starts_at"], name="visit_by_start"),
        ]

    def __str__(self) -> str:
        return f"{self.client} with {self.provider}, {timezone.localtime(self.starts_at):%a %d %b %Y %H:%M}"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.duration_minutes)

    @property
    def cancel_terms(self) -> Terms:
        return Terms(
            notice=timedelta(minutes=self.cancel_notice_minutes),
            fee_percent=self.cancel_fee_percent,
            price_minor=self.price_minor,
        )
