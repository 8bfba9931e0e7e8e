from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from notifications.rules import MessageState
from scheduling.public import Person
from tenants.brands.models import Brand
from tenants.ids import new_id


class Rule(models.Model):
    """Says on what event which audience is told through which channel."""

    class Event(models.TextChoices):
        BOOKED = "booked", "Booked"
        CANCELLED = "cancelled", "Cancelled"

    class Audience(models.TextChoices):
        CLIENT = "client", "Client"

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"

    event = models.CharField(max_length=32, choices=Event.choices)
    audience = models.CharField(max_length=16, choices=Audience.choices, default=Audience.CLIENT)
    channel = models.CharField(max_length=16, choices=Channel.choices, default=Channel.EMAIL)
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all brands.")
    lateness_minutes = models.PositiveIntegerField(
        default=24 * 60, help_text="A message that could not be sent for so long expires."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["event", "audience"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "audience", "channel", "brand"], nulls_distinct=False, name="rule_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.get_channel_display()} to {self.get_audience_display()}"


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> "MessageQuerySet":
        """What a worker may claim: due, or left behind by a worker whose lease has ended.

        Not while an earlier message about the same thing is being sent to the same person: they would arrive
        in any order.
        """
        being_sent = Message.objects.filter(
            subject_id=OuterRef("subject_id"),
            recipient_id=OuterRef("recipient_id"),
            state=MessageState.SENDING,
            lease_until__gte=now,
            created_at__lt=OuterRef("created_at"),
        )
        return self.filter(
            Q(state__in=[MessageState.PLANNED, MessageState.FAILED])
            | Q(state=MessageState.SENDING, lease_until__lt=now),
            ~Exists(being_sent),
            due_at__lte=now,
        )

    def about(self, subject_kind: str, subject_id: UUID) -> "MessageQuerySet":
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)


class Message(models.Model):
    """One message to one person about one version of one thing. Planned in the transaction that made it due."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="messages")
    event = models.CharField(max_length=32, choices=Rule.Event.choices)
    channel = models.CharField(max_length=16, choices=Rule.Channel.choices)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="messages")
    subject_kind = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    # The subject's time, place, staff and status when this was planned; also the SEQUENCE of its .ics.
    schedule_version = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=[(s.value, s.label) for s in MessageState], default="planned")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is in this state.")
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    # Of the request that caused it, so that the mail is found from the request: its id, and its W3C trace if any.
    request_id = models.CharField(max_length=128, null=True, editable=False)  # noqa: DJ001 - a task's has none
    traceparent = models.CharField(max_length=55, null=True, editable=False)  # noqa: DJ001

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "subject_id", "recipient", "channel", "schedule_version"], name="message_once"
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_until__isnull=False) | (~Q(state="sending") & Q(lease_until=None)),
                name="message_lease_while_sending",
            ),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in MessageState]), name="message_state_known"),
            models.CheckConstraint(condition=Q(expires_at__gte=F("created_at")), name="message_expires_later"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["planned", "failed", "sending"]),
                name="message_open_due",
            ),
            models.Index(fields=["subject_id"], name="message_subject"),
            # For the operators' metrics. A message that goes well never enters it.
            models.Index(
                fields=["state", "created_at"],
                condition=Q(state__in=["failed", "dead"]),
                name="message_in_trouble",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()} ({self.get_state_display()})"
