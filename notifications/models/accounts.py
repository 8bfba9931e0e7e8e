"""At whose servers a tenant's messages are handed in."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from notifications.rules import Channel
from tenants.brands.models import Brand
from tenants.ids import new_id
from tenants.secrets import SealedField


class ChannelAccount(models.Model):
    """An account at a provider, for one brand or for all that have none of their own.

    `secrets` is a sealed JSON object, opened by `channels.accounts` alone; `settings` holds what anybody may see.
    """

    # A test that was asked for and did not end within this time never will.
    TEST_LASTS = timedelta(minutes=1)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=16, choices=[(channel.value, channel.label) for channel in Channel])
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all brands.")
    provider = models.CharField(max_length=32)
    settings = models.JSONField(default=dict, blank=True)
    secrets = SealedField(blank=True, default="", editable=False)
    # For each secret when it was entered: what staff sees of it.
    secrets_set_at = models.JSONField(default=dict, blank=True, editable=False)
    is_active = models.BooleanField("on", default=True)
    # The last test: to whom, when it was asked for, when it ended and how.
    test_to = models.CharField(max_length=254, blank=True, default="", editable=False)
    test_asked_at = models.DateTimeField(null=True, editable=False)
    tested_at = models.DateTimeField(null=True, editable=False)
    test_ok = models.BooleanField(null=True, editable=False)
    test_text = models.CharField(max_length=300, blank=True, default="", editable=False)
    # Part of the address at which the provider reports what became of mails; empty where it reports nothing.
    reports_secret = SealedField(blank=True, default="", editable=False)
    # When something was last reported there, to the hour.
    reported_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "channel"
        ordering: ClassVar = ["channel", "brand__name", "-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "brand"],
                condition=Q(is_active=True),
                nulls_distinct=False,
                name="channel_account_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} through {self.provider}"

    def test_state(self, *, now: Any) -> str:
        """`none`, `under_way`, `ok`, `failed`, or `unanswered` where no worker took it up."""
        if self.test_asked_at is None:
            return "none"
        if self.tested_at is None or self.tested_at < self.test_asked_at:
            return "under_way" if now - self.test_asked_at < self.TEST_LASTS else "unanswered"
        return "ok" if self.test_ok else "failed"
