"""Rules in the admin: saved through the service, whatever the form is sent."""

from collections.abc import Callable
from typing import Any

from accounts.rules import Role
from notifications.models import Rule

RULES = "/admin/notifications/rule/"
REMINDER = {"offset_minutes": 60, "audience": "client", "channel": "email", "lateness_minutes": 60, "is_active": "on"}


def test_a_rule_is_made_and_changed_and_keeps_its_event(north: Any, sign_in: Callable[..., Any]) -> None:
    """Red where the event can be changed: whom the rule has told of one event would count as told of the other."""
    admin = sign_in(Role.ADMINISTRATOR)
    admin.post(f"{RULES}add/", event="before_start", **REMINDER)
    rule = Rule.objects.get(event="before_start")

    saved = admin.post(f"{RULES}{rule.pk}/change/", event="after_end", **{**REMINDER, "offset_minutes": 90})

    assert saved.status_code == 302
    rule.refresh_from_db()
    assert (rule.event, rule.offset_minutes, rule.version) == ("before_start", 90, 2)
