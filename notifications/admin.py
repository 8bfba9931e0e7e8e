"""The message log: what was told to whom, and why something was not."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin_base import BrandScopedAdmin, ReadOnly
from accounts.admin_sites import tenant_site
from notifications.admin_rules import RuleAdmin
from notifications.models import Message

_COLOURS = {
    "Sent": "success",
    "Planned": "info",
    "Sending": "info",
    "Failed": "warning",
    "Dead": "danger",
    "Expired": "warning",
}


@admin.register(Message, site=tenant_site)
class MessageAdmin(ReadOnly, BrandScopedAdmin):
    list_display = ("created_at", "event", "recipient", "channel", "shown_state", "reason", "attempts", "sent_at")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("event", ChoicesDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("recipient",)
    search_fields = ("recipient__given_name", "recipient__family_name", "recipient__email", "subject_id", "request_id")
    fields = (
        "event",
        "recipient",
        "channel",
        "brand",
        "state",
        "reason",
        "attempts",
        "due_at",
        "expires_at",
        "sent_at",
        "created_at",
        "subject_kind",
        "subject_id",
        "schedule_version",
        "request_id",
        "rule",
    )

    @display(description="State", label=_COLOURS, ordering="state")
    def shown_state(self, message: Message) -> str:
        return message.get_state_display()


__all__ = ["MessageAdmin", "RuleAdmin"]
