"""When a resource works. Rules are wall time in the resource's zone; weekdays are ISO (1 = Monday)."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from scheduling.models.resources import Location, Resource
from tenants.brands.models import Brand

WEEKDAYS = [
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (7, "Sunday"),
]


class WorkingHours(models.Model):
    """A weekly window. An end that is not after the start belongs to the next day."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(
        choices=WEEKDAYS, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    starts = models.TimeField()
    ends = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="The last day.")

    class Meta:
        ordering: ClassVar = ["resource", "weekday", "starts"]
        verbose_name_plural = "working hours"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="working_hours_weekday_iso"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="working_hours_validity_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}-{self.ends:%H:%M}"


class HoursException(models.Model):
    """What replaces the weekly windows on one date: other hours, or none when both times are empty."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="hours_exceptions")
    date = models.DateField()
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["resource", "date", "starts"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True) | Q(starts__isnull=False, ends__isnull=False),
                name="hours_exception_both_or_neither",
            ),
            models.UniqueConstraint(
                fields=["resource", "date", "starts"], nulls_distinct=False, name="hours_exception_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.starts:%H:%M}-{self.ends:%H:%M}" if self.starts and self.ends else f"{self.date} off"


class Closure(models.Model):
    """Days on which nobody is booked: of the tenant, of one brand, or of one location."""

    name = models.CharField(max_length=200)
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all brands.")
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all locations."
    )

    class Meta:
        ordering: ClassVar = ["starts_on"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="closure_days_ordered")
        ]

    def __str__(self) -> str:
        return self.name
