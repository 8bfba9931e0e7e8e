"""The addresses to which a tenant does not write any more."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from notifications.rules import Channel
from notifications.rules.suppressions import SuppressionReason, SuppressionScope, normalised
from tenants.brands.models import Brand
from tenants.ids import new_id


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def active(self) -> "SuppressionQuerySet":
        return self.filter(ended_at=None)

    def of_address(self, channel: Channel, address: str) -> "SuppressionQuerySet":
        """Of an address however it is spelled."""
        return self.filter(channel=channel, address=normalised(channel, address))


class Suppression(models.Model):
    """An address to which nothing, or nothing but what is essential, is sent; of one brand or of all.

    Each reason stands for itself: a mailbox that works again does not subscribe its owner again. Ended ones are kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(
        max_length=16, choices=[(channel.value, channel.label) for channel in Channel], default=Channel.EMAIL
    )
    address = models.CharField(
        max_length=254, help_text="An e-mail address or a number, as the channel is; capitals and blanks don't count."
    )
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all brands.")
    reason = models.CharField(
        max_length=16, choices=[(reason.value, reason.label) for reason in SuppressionReason], default="manual"
    )
    scope = models.CharField(
        "suppressed",
        max_length=16,
        choices=[(scope.value, scope.label) for scope in SuppressionScope],
        default=SuppressionScope.EVERYTHING,
    )
    # What was answered to; no foreign key, for the log of messages need not be kept as long.
    message_id = models.UUIDField(null=True, blank=True, editable=False)
    note = models.CharField(max_length=300, blank=True, help_text="For staff.")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "address", "brand", "reason"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="suppression_once_while_active",
            ),
            models.CheckConstraint(condition=~Q(address=""), name="suppression_of_an_address"),
            models.CheckConstraint(
                condition=Q(reason__in=[reason.value for reason in SuppressionReason])
                & Q(scope__in=[scope.value for scope in SuppressionScope]),
                name="suppression_reason_and_scope_known",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["message_id"], name="suppression_by_message")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_reason_display().lower()}"

    @property
    def is_active(self) -> bool:
        return self.ended_at is None
