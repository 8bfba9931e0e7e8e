from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Func, Q

from scheduling.models.resources import Resource


class Reservation(models.Model):
    """A span of time taken on one resource. Written by `scheduling.services.ledger` and nothing else.

    Postgres refuses two exclusive, active reservations of one resource that overlap. Time that was
    overbooked on purpose is `exclusive=False`, and every moment of it lies inside exclusive
    reservations of the same resource (docs/adr/0004): the constraint alone keeps all others out.
    """

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="reservations", db_index=False)
    during = DateTimeRangeField(help_text="Half-open; includes buffers.")
    exclusive = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    # What the time was taken for, such as ("coach_booking", its id). No foreign key: the kernel does
    # not know who uses it.
    subject_kind = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    # Of what is booked: a service, an office hour, a visit type. For limits; no foreign key, as with the subject.
    service_id = models.UUIDField(null=True, blank=True)
    # Of a hold, by the database's clock: from then on it holds nothing, and whoever wants the time removes it.
    expires_at = models.DateTimeField(null=True, blank=True)
    overbook_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="reservation_no_overlap",
                expressions=[("resource", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(exclusive=True, active=True),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="reservation_bounded",
            ),
            models.CheckConstraint(
                condition=Q(exclusive=True) | ~Q(overbook_reason=""), name="reservation_overbook_reason"
            ),
        ]
        indexes: ClassVar = [
            # What was taken in a period: only rows within it are read, however many lie before and after.
            models.Index(
                "resource",
                Func("during", function="lower", output_field=models.DateTimeField()),
                condition=Q(exclusive=True, active=True),
                name="reservation_by_start",
            ),
            models.Index(
                "service_id",
                Func("during", function="lower", output_field=models.DateTimeField()),
                condition=Q(active=True, service_id__isnull=False),
                name="reservation_of_service",
            ),
            models.Index(fields=["subject_id"], condition=Q(active=True), name="reservation_subject"),
            GistIndex(
                fields=["resource", "during"], condition=Q(exclusive=False, active=True), name="reservation_overbooked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.during}"
