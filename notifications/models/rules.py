"""What a tenant says about who is told what, and when."""

from datetime import time
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from notifications.rules import Audience, Channel, Event
from notifications.rules.quiet_hours import QuietHours
from tenants.brands.models import Brand

MAX_OFFSET_MINUTES = 60 * 24 * 90
MAX_LATENESS_MINUTES = 60 * 24 * 7


class RuleQuerySet(models.QuerySet["Rule"]):
    def kept(self) -> "RuleQuerySet":
        """Those that nobody has deleted."""
        return self.filter(archived_at=None)


class Rule(models.Model):
    """Says on what event which audience is told through which channel.

    A deleted rule is kept, archived and switched off: the log of messages tells by which rule they came to be.
    """

    name = models.CharField(max_length=100, blank=True, help_text="For staff: what this rule is for.")
    event = models.CharField(max_length=32, choices=[(event.value, event.label) for event in Event])
    offset_minutes = models.PositiveIntegerField(
        "minutes before or after",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_OFFSET_MINUTES)],
        help_text="For 'before the start' and 'after the end'.",
    )
    audience = models.CharField(
        max_length=16, choices=[(audience.value, audience.label) for audience in Audience], default=Audience.CLIENT
    )
    address = models.CharField(
        max_length=254, blank=True, help_text="For 'a fixed address': an e-mail address or a number, as the channel is."
    )
    channel = models.CharField(
        max_length=16, choices=[(channel.value, channel.label) for channel in Channel], default=Channel.EMAIL
    )
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all brands.")
    subject_kind = models.CharField("kind", max_length=32, blank=True, help_text="Empty: all kinds of bookings.")
    service_ids = ArrayField(
        models.UUIDField(), default=list, blank=True, help_text="Services or office hours. Empty: all."
    )
    quiet_from = models.TimeField(null=True, blank=True, help_text="On the reader's clock.")
    quiet_until = models.TimeField(null=True, blank=True)
    lateness_minutes = models.PositiveIntegerField(
        "given up when late by (minutes)",
        default=24 * 60,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_LATENESS_MINUTES)],
        help_text="A message that could not be sent for so long expires.",
    )
    is_essential = models.BooleanField(
        "essential", default=True, help_text="Nobody can unsubscribe from it, and the mail offers no link to do so."
    )
    is_active = models.BooleanField("on", default=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Rises with each change. Messages remember by which they were planned (services/replan.py).
    version = models.PositiveIntegerField(default=1, editable=False)
    planned_version = models.PositiveIntegerField(default=1, editable=False)
    # How far the bookings have been looked at for this version: their kind, and the last one's id.
    planning_kind = models.CharField(max_length=32, blank=True, editable=False)
    planning_after = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["event", "offset_minutes", "audience", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(event__in=["before_start", "after_end"], offset_minutes__gte=1)
                | (~Q(event__in=["before_start", "after_end"]) & Q(offset_minutes=None)),
                name="rule_offset_where_timed",
            ),
            models.CheckConstraint(
                condition=(Q(audience="address") & ~Q(address="")) | (~Q(audience="address") & Q(address="")),
                name="rule_address_where_fixed",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="rule_quiet_hours_whole",
            ),
            models.CheckConstraint(condition=Q(archived_at=None) | Q(is_active=False), name="rule_archived_is_off"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(planned_version__lt=F("version")), name="rule_to_plan_anew")
        ]

    def __str__(self) -> str:
        return self.name or f"{self.when}: {self.get_channel_display()} to {self.get_audience_display().lower()}"

    @property
    def when(self) -> str:
        """The event as people say it, such as '24 h before the start'."""
        if self.offset_minutes is None:
            return self.get_event_display()
        hours, minutes = divmod(self.offset_minutes, 60)
        length = " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))
        return f"{length} {'before the start' if self.event == Event.BEFORE_START else 'after the end'}"

    @property
    def quiet_hours(self) -> QuietHours | None:
        return quiet_hours(self.quiet_from, self.quiet_until)

    def clean(self) -> None:
        wrong: dict[str, str] = {}
        if Event(self.event).is_timed != (self.offset_minutes is not None):
            wrong["offset_minutes"] = (
                "Say how many minutes."
                if Event(self.event).is_timed
                else "Only for 'before the start' and 'after the end'."
            )
        if (self.audience == Audience.ADDRESS) != bool(self.address):
            wrong["address"] = (
                "Say to which address." if self.audience == Audience.ADDRESS else "Only for 'a fixed address'."
            )
        if (self.quiet_from is None) != (self.quiet_until is None) or (
            self.quiet_from is not None and self.quiet_from == self.quiet_until
        ):
            wrong["quiet_from"] = wrong["quiet_until"] = "Quiet hours need two different times, or none."
        if wrong:
            raise ValidationError(wrong)


def quiet_hours(begin: time | None, end: time | None) -> QuietHours | None:
    """The quiet hours of a rule, if it has any."""
    return QuietHours(begin, end) if begin is not None and end is not None else None
