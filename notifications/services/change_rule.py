"""Making, changing and ending rules. Messages that are planned by them and not sent follow (services/replan.py)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from notifications.models import Rule
from notifications.rules import Event
from notifications.services.hints import hint_here
from tenants.errors import check_version
from tenants.locking import locked

# What of a rule can be said from outside.
FIELDS = (
    "name",
    "event",
    "offset_minutes",
    "audience",
    "address",
    "channel",
    "brand_id",
    "subject_kind",
    "service_ids",
    "quiet_from",
    "quiet_until",
    "lateness_minutes",
    "is_essential",
    "is_active",
)


@transaction.atomic
def create_rule(*, fields: Mapping[str, Any], now: datetime) -> Rule:
    """Makes a rule. One that tells before a start or after an end also plans for the bookings that there are.

    Raises Django's ValidationError, by field.
    """
    rule = Rule(**fields)
    rule.full_clean()
    if Event(rule.event).is_timed:
        rule.planned_version = 0
    rule.save(force_insert=True)
    hint_here(now)
    return rule


@transaction.atomic
def change_rule(
    *, rule: Rule, changes: Mapping[str, Any], now: datetime, expected: frozenset[int] | None = None
) -> Rule:
    """Changes the named fields. Unsent messages of the rule are planned anew soon; none leaves by what it was before.

    The event stays: whom the rule has told of one, it would take for told of the other. `expected` are the versions of
    which the caller changes one, None for any. Raises GoneError, StaleVersionError and Django's ValidationError, by
    field.
    """
    rule = locked(Rule.objects.kept(), rule.pk, no_key=True)
    check_version(rule.version, expected=expected)
    changed = {name: value for name, value in changes.items() if getattr(rule, name) != value}
    if not changed:
        return rule
    if "event" in changed:
        raise ValidationError({"event": "A rule's event stays as it is. Make another rule, and end this one."})
    for name, value in changed.items():
        setattr(rule, name, value)
    rule.full_clean()
    _save(rule, [*changed], now=now)
    return rule


@transaction.atomic
def archive_rule(*, rule: Rule, now: datetime, expected: frozenset[int] | None = None) -> None:
    """Ends a rule for good: its unsent messages are cancelled, the log keeps those that were sent.

    Raises GoneError, StaleVersionError.
    """
    rule = locked(Rule.objects.kept(), rule.pk, no_key=True)
    check_version(rule.version, expected=expected)
    rule.is_active, rule.archived_at = False, now
    _save(rule, ["is_active", "archived_at"], now=now)


def _save(rule: Rule, changed: list[str], *, now: datetime) -> None:
    rule.version += 1
    rule.planning_kind, rule.planning_after = "", None
    rule.save(update_fields=[*changed, "version", "planning_kind", "planning_after", "updated_at"])
    hint_here(now)
