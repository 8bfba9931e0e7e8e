from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bookings.rules.coach_booking import Status
from scheduling.public import Client, Period, StaffMember, ZoneField
from tenants.brands.models import Brand
from tenants.ids import new_id

MIN_SLOT_MINUTES = 5
MAX_SLOT_MINUTES = 480
MAX_NOTICE_MINUTES = 60 * 24 * 90
MAX_HORIZON_DAYS = 730


class OfficeHourQuerySet(models.QuerySet["OfficeHour"]):
    def of(self, *, coach: StaffMember, brand_id: UUID) -> "OfficeHourQuerySet":
        """What a coach offers in a brand, with its exceptions."""
        return self.filter(coach=coach, brand_id=brand_id, is_active=True).prefetch_related("exceptions")


class OfficeHour(models.Model):
    """Says when a coach may be booked: weekly or once, in wall time and a zone. An offer takes no time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    coach = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="office_hours")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        default=list,
        blank=True,
        help_text="ISO, 1 = Monday to 7 = Sunday. Empty for a single date.",
    )
    date = models.DateField(null=True, blank=True, help_text="For an office hour that takes place once.")
    start_time = models.TimeField()
    end_time = models.TimeField(help_text="Not after the start: on the next day.")
    timezone = ZoneField()
    duration_minutes = models.PositiveSmallIntegerField(
        "slot length (minutes)",
        default=30,
        validators=[MinValueValidator(MIN_SLOT_MINUTES), MaxValueValidator(MAX_SLOT_MINUTES)],
    )
    notice_minutes = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(MAX_NOTICE_MINUTES)],
        help_text="How long before its start a slot can still be booked.",
    )
    horizon_days = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_HORIZON_DAYS)],
        help_text="How many days ahead may be booked.",
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="The last day.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfficeHourQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(weekdays=[], date__isnull=False) | (~Q(weekdays=[]) & Q(date=None)),
                name="office_hour_weekly_or_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="office_hour_validity_ordered",
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes__range=(MIN_SLOT_MINUTES, MAX_SLOT_MINUTES)),
                name="office_hour_slot_length",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["coach", "brand"], condition=Q(is_active=True), name="office_hour_offer")
        ]

    def __str__(self) -> str:
        return f"{self.coach}, {self.days} {self.start_time:%H:%M}-{self.end_time:%H:%M} {self.timezone}"

    @property
    def days(self) -> str:
        """The weekdays or the date, as people write them."""
        names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        return f"{self.date:%d %b %Y}" if self.date else ", ".join(names[day - 1] for day in sorted(self.weekdays))

    def clean(self) -> None:
        if bool(self.weekdays) == bool(self.date):
            raise ValidationError("Choose either weekdays or one date.")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": "Must not be before the first day."})


class OfficeHourException(models.Model):
    """What replaces an office hour's window on one date: another window, or none when both times are empty."""

    office_hour = models.ForeignKey(OfficeHour, on_delete=models.CASCADE, related_name="exceptions")
    date = models.DateField()
    start_time = models.TimeField(null=True, blank=True)
    end_time = models.TimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["date"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office_hour", "date"], name="office_hour_exception_unique"),
            models.CheckConstraint(
                condition=Q(start_time=None, end_time=None) | Q(start_time__isnull=False, end_time__isnull=False),
                name="office_hour_exception_both_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}"

    def clean(self) -> None:
        if (self.start_time is None) != (self.end_time is None):
            raise ValidationError("Give both times, or neither for a day off.")


class CoachBookingQuerySet(models.QuerySet["CoachBooking"]):
    def with_people(self) -> "CoachBookingQuerySet":
        return self.select_related("client__person", "coach__person", "brand")


class CoachBooking(models.Model):
    """A client's slot in an office hour. Its time is a reservation of the coach's resource."""

    SUBJECT_KIND: ClassVar = "coach_booking"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office_hour = models.ForeignKey(OfficeHour, on_delete=models.PROTECT, related_name="bookings")
    coach = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="coach_bookings")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="coach_bookings")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    duration_minutes = models.PositiveSmallIntegerField()
    status = models.CharField(
        max_length=16,
        choices=[(status.value, status.value.replace("_", " ").capitalize()) for status in Status],
        default=Status.BOOKED,
    )
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001 - the contract tells null from ""
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    # Rises when time, staff or status change: SEQUENCE of the .ics, and the version that messages name.
    schedule_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = CoachBookingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]), name="coach_booking_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at=None)),
                name="coach_booking_cancelled_at",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client", "starts_at"], name="coach_booking_of_client"),
            models.Index(fields=["coach", "starts_at"], name="coach_booking_of_coach"),
            models.Index(fields=["starts_at"], name="coach_booking_by_start"),
        ]

    def __str__(self) -> str:
        return f"{self.client} with {self.coach}, {timezone.localtime(self.starts_at):%a %d %b %Y %H:%M}"

    @property
    def period(self) -> Period:
        return Period.lasting(self.starts_at, minutes=self.duration_minutes)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.duration_minutes)
