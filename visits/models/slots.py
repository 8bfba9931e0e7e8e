import uuid
from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from scheduling.public import Period, StaffMember
from tenants.brands.models import Brand
from tenants.ids import new_id


class SlotQuerySet(models.QuerySet["Slot"]):
    def open(self) -> "SlotQuerySet":
        return self.filter(closed_at=None)

    def of_brand(self, brand_id: uuid.UUID) -> "SlotQuerySet":
        """Of providers who can be booked there."""
        return self.filter(
            brand_id=brand_id, provider__is_active=True, provider__resource__is_active=True, provider__brands=brand_id
        )

    def with_provider(self) -> "SlotQuerySet":
        return self.select_related("provider__person", "provider__resource")


class Slot(models.Model):
    """Time that a provider offers for one visit. An offer takes no time: only a visit does.

    What a provider offers in one brand does not overlap; in another brand they may offer the same time.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="slots")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True, help_text="From then on it was not offered any more.")
    created_at = models.DateTimeField()

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_at"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="slot_no_overlap",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    ("brand", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_starts_before_it_ends"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "starts_at"], condition=Q(closed_at=None), name="slot_of_brand"),
            models.Index(fields=["provider", "starts_at"], name="slot_of_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {timezone.localtime(self.starts_at):%a %d %b %Y %H:%M}"

    @property
    def period(self) -> Period:
        return Period(self.starts_at, self.ends_at)

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)
