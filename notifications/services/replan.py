"""Planning anew what a changed rule says, in the background and in small transactions.

A rule's `version` rises with each change, `planned_version` follows when all bookings have been looked at. Until
then nothing untrue leaves: a message by an older version of its rule isn't sent as it is (services/send_due.py).
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from notifications import subjects
from notifications.models import Message, Rule
from notifications.models.messages import MessageQuerySet
from notifications.rules import Event, MessageState, Why
from notifications.services.plan_messages import plan_by_rule

CHUNK = 100


def replan_rules(*, deadline: float, now: datetime) -> bool:
    """Plans the changed rules of the current tenant until done or `deadline` (time.monotonic()); whether it is done.

    Cut off or killed, it goes on where the last chunk was committed.
    """
    for rule_id in list(Rule.objects.filter(planned_version__lt=F("version")).values_list("id", flat=True)):
        rule = Rule.objects.get(pk=rule_id)
        if not _older_transactions_have_ended(rule.changed_xid) or not _replan(rule, deadline=deadline, now=now):
            return False
    return True


def replan_message(message: Message, *, now: datetime) -> None:
    """Plans one unsent message anew by its rule as it is now; where that no longer wants it, it is cancelled."""
    with transaction.atomic():
        occasion = subjects.source(message.subject_kind).lock(message.subject_id)
        if occasion is not None and occasion.schedule_version == message.schedule_version:
            plan_by_rule(rule_id=message.rule_id, event=Event(message.event), occasion=occasion, now=now)
        _drop_unwanted(message.rule, about=message.subject_id)


def _older_transactions_have_ended(xid: int) -> bool:
    """Whether no transaction is left that began before the rule was changed: one that had read the rule as it was
    may still commit a booking, which would not be seen. A number from the future is of another server, from which
    the data was restored."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %(xid)s
                OR pg_snapshot_xmax(pg_current_snapshot())::text::bigint < %(xid)s
            """,
            {"xid": xid},
        )
        return bool(cursor.fetchone()[0])


def _replan(rule: Rule, *, deadline: float, now: datetime) -> bool:
    if rule.is_active:
        walk = _walk_bookings if Event(rule.event).is_timed else _walk_messages
        if not walk(rule, deadline=deadline, now=now):
            return False
    with transaction.atomic():
        _drop_unwanted(rule)
        Rule.objects.filter(pk=rule.pk, version=rule.version).update(planned_version=rule.version)
    return True


def _walk_bookings(rule: Rule, *, deadline: float, now: datetime) -> bool:
    """All bookings about which the rule may have something to say in future, from where the last turn ended."""
    since = now - timedelta(minutes=rule.offset_minutes or 0)
    for kind in [rule.subject_kind] if rule.subject_kind else subjects.kinds():
        if kind < rule.planning_kind:
            continue
        after = rule.planning_after if kind == rule.planning_kind else None
        while True:
            if time.monotonic() > deadline:
                return False
            with transaction.atomic():
                occasions = subjects.source(kind).lock_upcoming(after, CHUNK, since)
                for occasion in occasions:
                    plan_by_rule(rule_id=rule.pk, event=Event(rule.event), occasion=occasion, now=now)
                after = occasions[-1].id if occasions else after
                Rule.objects.filter(pk=rule.pk, version=rule.version).update(planning_kind=kind, planning_after=after)
            if len(occasions) < CHUNK:
                break
    return True


def _walk_messages(rule: Rule, *, deadline: float, now: datetime) -> bool:
    """The bookings about which the rule has something unsent."""
    while True:
        about = list(_of_older_versions(rule).values_list("subject_kind", "subject_id").distinct()[:CHUNK])
        if not about:
            return True
        for kind, subject_id in about:
            if time.monotonic() > deadline:
                return False
            with transaction.atomic():
                occasion = subjects.source(kind).lock(subject_id)
                if occasion is not None:
                    plan_by_rule(rule_id=rule.pk, event=Event(rule.event), occasion=occasion, now=now)
                _drop_unwanted(rule, about=subject_id)


def _drop_unwanted(rule: Rule, *, about: UUID | None = None) -> None:
    """Cancels what is unsent of older versions of the rule: what was to stay has been planned anew."""
    messages = _of_older_versions(rule)
    if about is not None:
        messages = messages.filter(subject_id=about)
    if rule.is_active:
        messages.end(
            MessageState.CANCELLED, why=Why.RULE_CHANGED, reason="The rule was changed and no longer wants it."
        )
    else:
        messages.end(MessageState.CANCELLED, why=Why.RULE_OFF, reason="The rule was switched off.")


def _of_older_versions(rule: Rule) -> MessageQuerySet:
    return Message.objects.filter(rule_id=rule.pk, rule_version__lt=rule.version).unsent()
