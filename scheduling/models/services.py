"""What can be booked, on which terms, with whom and with what."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from scheduling.models.fields import ZoneField, validate_currency
from scheduling.models.hours import WEEKDAYS
from scheduling.models.people import StaffMember
from scheduling.models.resources import Resource
from tenants.brands.models import Brand
from tenants.ids import new_id

MAX_MINUTES = 24 * 60
MAX_BUFFER_MINUTES = 8 * 60
MAX_NOTICE_MINUTES = 90 * 24 * 60
MAX_HORIZON_DAYS = 730


class ServiceQuerySet(models.QuerySet["Service"]):
    def active(self) -> "ServiceQuerySet":
        return self.filter(is_active=True)


class Service(models.Model):
    """A kind of appointment: how long, on which terms, for how much. Visit type is its name in the visits' family.

    Lengths are real minutes; the price is in minor units of its currency (ISO 4217).
    """

    class OfferedIn(models.TextChoices):
        HOURS = "hours", "Working hours: any start on the grid"
        SLOTS = "slots", "Slots that are opened one by one"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="services")
    code = models.SlugField(max_length=64, help_text="What clients of the API call it; a visit's visit_type.")
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=2000, blank=True)
    offered_in = models.CharField(max_length=8, choices=OfferedIn.choices, default=OfferedIn.HOURS)
    duration_minutes = models.PositiveSmallIntegerField(
        "length (minutes)", default=30, validators=[MinValueValidator(1), MaxValueValidator(MAX_MINUTES)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        "buffer before (minutes)",
        default=0,
        validators=[MaxValueValidator(MAX_BUFFER_MINUTES)],
        help_text="Taken before each, to prepare.",
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        "buffer after (minutes)",
        default=0,
        validators=[MaxValueValidator(MAX_BUFFER_MINUTES)],
        help_text="Taken after each, to clear up.",
    )
    step_minutes = models.PositiveSmallIntegerField(
        "step (minutes)",
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(MAX_MINUTES)],
        help_text="Starts are so far apart, from the beginning of the working hours on.",
    )
    notice_minutes = models.PositiveIntegerField(
        "notice (minutes)",
        default=0,
        validators=[MaxValueValidator(MAX_NOTICE_MINUTES)],
        help_text="How long before its start it can still be booked.",
    )
    horizon_days = models.PositiveSmallIntegerField(
        "horizon (days)",
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_HORIZON_DAYS)],
        help_text="How many days ahead may be booked.",
    )
    cancel_notice_minutes = models.PositiveIntegerField(
        "free cancellation until (minutes before)",
        default=0,
        validators=[MaxValueValidator(MAX_NOTICE_MINUTES)],
        help_text="How long before its start a client cancels without a fee.",
    )
    cancel_fee_percent = models.PositiveSmallIntegerField(
        "fee for late cancellation (percent)",
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="Of the price, for who cancels later than that.",
    )
    price_minor = models.PositiveIntegerField(
        "price (minor units)", default=0, help_text="For example in cents; 0 is for free."
    )
    currency = models.CharField(max_length=3, default="EUR", validators=[validate_currency], help_text="ISO 4217.")
    max_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Of all staff together. Empty: no limit."
    )
    max_per_staff_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Of one staff member. Empty: no limit."
    )
    is_remote = models.BooleanField("by video or phone", default=False)
    meeting_opens_minutes = models.PositiveSmallIntegerField(
        "meeting link shown (minutes before)",
        default=30,
        validators=[MaxValueValidator(MAX_MINUTES)],
        help_text="How long before the start of a visit by video the patient sees its link. Staff always does.",
    )
    timezone = ZoneField(help_text="The zone of its hours and of the days that its limits count.")
    staff = models.ManyToManyField(
        StaffMember, blank=True, related_name="services", help_text="Nobody chosen: all of the brand."
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "code"], name="service_code_once_per_brand"),
            models.CheckConstraint(
                condition=Q(duration_minutes__range=(1, MAX_MINUTES), step_minutes__range=(5, MAX_MINUTES)),
                name="service_lengths",
            ),
            models.CheckConstraint(condition=Q(cancel_fee_percent__lte=100), name="service_fee_percent"),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceHours(models.Model):
    """A weekly window within which a service is offered, in its zone; without any it follows the staff's hours."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(
        choices=WEEKDAYS, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    starts = models.TimeField()
    ends = models.TimeField(help_text="Not after the start: on the next day.")

    class Meta:
        ordering: ClassVar = ["service", "weekday", "starts"]
        verbose_name_plural = "service hours"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="service_hours_weekday_iso")
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}-{self.ends:%H:%M}"


class ServiceNeed(models.Model):
    """What a service needs beside a staff member: one of these rooms or devices, whichever is free."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needs")
    name = models.CharField(max_length=100, help_text="For example: a treatment room.")
    resources = models.ManyToManyField(Resource, related_name="+", help_text="One of these, whichever is free.")

    class Meta:
        ordering: ClassVar = ["service", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["service", "name"], name="service_need_once")]

    def __str__(self) -> str:
        return self.name
