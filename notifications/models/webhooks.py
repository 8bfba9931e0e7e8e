"""Who is told by HTTP what happens to bookings, and what became of each call."""

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.db.models.lookups import IsNull

from notifications.rules.webhooks import EVENT_TYPES, KEPT_FOR, TEST_EVENT, UNFINISHED, WAITING, DeliveryState
from tenants.brands.models import Brand
from tenants.ids import new_id
from tenants.secrets import SealedField


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def kept(self) -> "WebhookEndpointQuerySet":
        """Those that nobody has deleted."""
        return self.filter(archived_at=None)


class WebhookEndpoint(models.Model):
    """An address that is told what happens to bookings (Standard Webhooks); upvio's OutgoingWebhook.

    A deleted one is kept, archived, switched off and without its secrets: the log of deliveries refers to it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Its query may hold a token of the receiver's: shown to those who may change it, and never logged.
    url = models.CharField("address", max_length=2000, help_text="https, without user name and password.")
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all brands.")
    event_types = ArrayField(
        models.CharField(max_length=64, choices=[(name, name) for name in EVENT_TYPES]),
        default=list,
        blank=True,
        help_text="Empty: all.",
    )
    description = models.CharField(max_length=200, blank=True, help_text="For staff: what this endpoint is for.")
    secret = SealedField(blank=True, editable=False)
    # Signs too until its time is over, so that receivers can change over.
    previous_secret = SealedField(blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField("on", default=True)
    disabled_at = models.DateTimeField("off since", null=True, blank=True, editable=False)
    disabled_why = models.CharField("why it is off", max_length=200, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When a worker last took it up: the one that waited longest is next.
    served_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_active=True, disabled_at=None) | Q(is_active=False, disabled_at__isnull=False),
                name="webhook_off_since",
            ),
            models.CheckConstraint(condition=Q(archived_at=None) | Q(is_active=False), name="webhook_archived_is_off"),
            models.CheckConstraint(condition=Q(is_active=False) | ~Q(secret=""), name="webhook_has_secret"),
            models.CheckConstraint(
                condition=Q(previous_secret="", previous_until=None)
                | (~Q(previous_secret="") & Q(previous_until__isnull=False)),
                name="webhook_overlap_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.shown_url

    @property
    def shown_url(self) -> str:
        """The address without its query, which may be secret."""
        address, query, _ = self.url.partition("?")
        return f"{address}?…" if query else address

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self, now: datetime) -> "WebhookDeliveryQuerySet":
        """What a worker may claim: due, or left behind by a worker whose lease has ended.

        Not while an earlier one about the same subject is unfinished at the same endpoint: what happened is told in
        the order in which it happened.
        """
        earlier = WebhookDelivery.objects.filter(
            endpoint_id=OuterRef("endpoint_id"),
            subject_id=OuterRef("subject_id"),
            state__in=UNFINISHED,
            pk__lt=OuterRef("pk"),
        ).order_by("pk")
        return self.filter(
            Q(state__in=WAITING) | Q(state=DeliveryState.SENDING, lease_until__lt=now),
            # Not NOT EXISTS, which Postgres may turn into a join of all that waits: one look-up for each row in
            # turn. Its order is for the planner, which else takes another index while there are no statistics.
            IsNull(Subquery(earlier.values("pk")[:1]), True),
            state__in=UNFINISHED,
            due_at__lte=now,
        )

    def end(self, state: DeliveryState, *, reason: str, **fields: Any) -> int:
        """Puts them into a state; answers how many."""
        ended_at = None if state in UNFINISHED else Now()
        return self.update(state=state, reason=reason[:300], lease_until=None, ended_at=ended_at, **fields)

    def forgettable(self, now: datetime) -> "WebhookDeliveryQuerySet":
        """Those that ended so long ago that nobody asks for them. What was replayed stays as long as its replays."""
        replays = WebhookDelivery.objects.filter(replay_of=OuterRef("pk"))
        ended = [state for state in DeliveryState if state not in UNFINISHED]
        return self.filter(~Exists(replays), state__in=ended, ended_at__lt=now - KEPT_FOR)


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint, written in the transaction in which it happened.

    The key grows with the order in which things happened to a subject: its row is locked by whoever changes it.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    # The same on every try, in every replay and for all endpoints: what receivers deduplicate by.
    webhook_id = models.UUIDField("webhook-id", default=new_id)
    event_type = models.CharField("event", max_length=64, choices=[(name, name) for name in [*EVENT_TYPES, TEST_EVENT]])
    subject_kind = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    schedule_version = models.PositiveIntegerField()
    # As it was when it happened.
    payload = models.JSONField()
    state = models.CharField(max_length=16, choices=[(s.value, s.label) for s in DeliveryState], default="planned")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is in this state.")
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField("last answer", null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    # By the database's clock: since when nothing more happens to it.
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField()
    replay_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replays")
    # Of the request that caused it: its id, and its W3C trace if any.
    request_id = models.CharField(max_length=128, null=True, editable=False)  # noqa: DJ001 - a task's has none
    traceparent = models.CharField(max_length=55, null=True, editable=False)  # noqa: DJ001

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [
            # What is announced twice is told once.
            models.UniqueConstraint(
                fields=["endpoint", "subject_id", "schedule_version", "event_type"],
                condition=Q(replay_of=None) & ~Q(event_type=TEST_EVENT),
                name="delivery_once",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_until__isnull=False) | (~Q(state="sending") & Q(lease_until=None)),
                name="delivery_lease_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in DeliveryState]), name="delivery_state_known"
            ),
            models.CheckConstraint(condition=Q(expires_at__gte=F("created_at")), name="delivery_expires_later"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "due_at"],
                condition=Q(state__in=["planned", "failed", "sending"]),
                name="delivery_open_due",
            ),
            # For the order: whether an earlier one is unfinished.
            models.Index(
                fields=["endpoint", "subject_id", "id"],
                condition=Q(state__in=["planned", "failed", "sending"]),
                name="delivery_open_subject",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="delivery_leased"),
            models.Index(fields=["subject_id"], name="delivery_subject"),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            # For what is forgotten, and for the operators' count of what was given up.
            models.Index(fields=["state", "ended_at"], condition=Q(ended_at__isnull=False), name="delivery_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} ({self.get_state_display()})"


class WebhookAttempt(models.Model):
    """One try of a delivery: what the endpoint said, or why it could not be asked."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField("answer", null=True)
    milliseconds = models.PositiveIntegerField("ms")
    # The first characters of the answer's body: the receiver's own words.
    answer = models.CharField("body", max_length=500, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"Attempt {self.number}"
