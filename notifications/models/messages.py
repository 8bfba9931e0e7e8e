from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from notifications.models.rules import Rule
from notifications.rules import UNSENT, Channel, Event, MessageState, Why
from scheduling.public import Person
from tenants.brands.models import Brand
from tenants.ids import new_id


def happened(state: MessageState, why: Why, reason: str, *, by: str = "") -> RawSQL:
    """The history of a message with one more line, at the database's time; with who did it, if it was somebody, as
    the audit names them (`user:<id>`)."""
    return RawSQL(
        "history || jsonb_strip_nulls(jsonb_build_object('at', statement_timestamp(), 'state', %s::text,"
        " 'why', %s::text, 'reason', %s::text, 'by', nullif(%s::text, '')))",
        [state.value, why.value, reason[:300], by],
        output_field=models.JSONField(),
    )


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
            # In the very words of the index by due_at, with no parameters: by others Postgres does not find it, and
            # would read and sort all that is due for each claim.
            RawSQL("notifications_message.state IN ('planned', 'failed', 'sending')", [], models.BooleanField()),
            ~Q(state=MessageState.SENDING) | Q(lease_until__lt=now),
            ~Exists(being_sent),
            due_at__lte=now,
        )

    def unsent(self) -> "MessageQuerySet":
        """Those that a change of the booking or of the rule may still touch."""
        return self.filter(state__in=UNSENT)

    def of_who_has_it(self) -> "MessageQuerySet":
        """Without those that tell somebody that the booking is theirs no more: whatever becomes of it, that is true."""
        return self.filter(lost_starts_at=None)

    def end(self, state: MessageState, *, why: Why, reason: str, **fields: Any) -> int:
        """Puts them into a state, with a line in their history; answers how many."""
        return self.update(
            state=state,
            state_since=Now(),
            why=why,
            reason=reason[:300],
            lease_until=None,
            history=happened(state, why, reason),
            **fields,
        )

    def known_as(self, reference: str) -> "MessageQuerySet":
        """The one with this id, this Message-ID (which begins with the id) or this id of its provider."""
        named = Q(provider_id=reference) & ~Q(provider_id="")
        with suppress(ValueError):  # no UUID; where it is one it may still be a provider's
            named |= Q(pk=UUID(reference.strip().removeprefix("<").partition("@")[0]))
        return self.filter(named)

    def about(self, subject_kind: str, subject_id: UUID) -> "MessageQuerySet":
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)


class Message(models.Model):
    """One message to one person about one version of one thing. Planned in the transaction that made it due."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="messages")
    # The version of the rule by which it was planned. Where the rule has changed since, it isn't sent as it is.
    rule_version = models.PositiveIntegerField(default=1)
    event = models.CharField(max_length=32, choices=[(event.value, event.label) for event in Event])
    channel = models.CharField(max_length=16, choices=[(channel.value, channel.label) for channel in Channel])
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    recipient = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="messages", help_text="Empty: a fixed address."
    )
    address = models.CharField(max_length=254, blank=True, help_text="Where it goes, or went; a fixed one, or as sent.")
    subject_kind = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    # The subject's time, place, staff and status when this was planned; also the SEQUENCE of its .ics.
    schedule_version = models.PositiveIntegerField()
    # The time of a booking that went to somebody else, where its reader is told that it is theirs no more.
    lost_starts_at = models.DateTimeField(null=True, editable=False)
    lost_ends_at = models.DateTimeField(null=True, editable=False)
    state = models.CharField(max_length=16, choices=[(s.value, s.label) for s in MessageState], default="planned")
    # By the database's clock. `sending` leaves it as it was: the lease says since when.
    state_since = models.DateTimeField(db_default=Now(), editable=False)
    why = models.CharField(max_length=16, blank=True, choices=[(why.value, why.label) for why in Why], default=Why.NONE)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is in this state.")
    wanted_at = models.DateTimeField(help_text="When the rule would have it; due later or earlier for quiet hours.")
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=200, blank=True, help_text="What the provider calls it.")
    # What happened to it: [{"at", "state", "why", "reason", "by"}], oldest first; the plan itself is `created_at`.
    history = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField()
    # Of the request that caused it, so that the mail is found from the request: its id, and its W3C trace if any.
    request_id = models.CharField(max_length=128, null=True, editable=False)  # noqa: DJ001 - a task's has none
    traceparent = models.CharField(max_length=55, null=True, editable=False)  # noqa: DJ001

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "subject_id", "recipient", "channel", "schedule_version"],
                nulls_distinct=False,
                name="message_once",
            ),
            models.CheckConstraint(condition=Q(recipient__isnull=False) | ~Q(address=""), name="message_to_somebody"),
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
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="message_leased"),
            models.Index(fields=["subject_id"], name="message_subject"),
            models.Index(fields=["rule"], condition=Q(state__in=["planned", "failed"]), name="message_unsent_of_rule"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="message_of_provider"),
            models.Index(fields=["created_at"], name="message_by_time"),
            # How sending went, hour by hour: for staff's chart and the operators' metrics.
            models.Index(
                fields=["state", "state_since"],
                include=["brand"],
                condition=Q(state__in=["sent", "failed", "dead"]),
                name="message_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()} ({self.get_state_display()})"
