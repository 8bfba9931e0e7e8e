"""Mails about signing in that are to be sent. A row survives a crash; the link is made when it is sent."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.rules import MailPurpose, MailState
from tenants.ids import new_id


class AccountMail(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=16, choices=[(purpose.value, purpose.value) for purpose in MailPurpose])
    # What was typed into 'Forgot password?': whether somebody has this address is looked up by the worker, so
    # that the answer takes as long for an address that nobody has. Cleared when the mail is sent.
    address = models.EmailField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="account_mails"
    )
    state = models.CharField(
        max_length=8, choices=[(state.value, state.value) for state in MailState], default=MailState.PLANNED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in MailState]), name="mail_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=["planned", "sending"]), name="account_mail_open"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"
