"""Planning anew what a changed rule says, in the background and in small transactions.

A rule's `version` rises with each change, `planned_version` follows when all bookings have been looked at. Until
then nothing untrue leaves: a message by an older version of its rule isn't sent as it is (services/send_due.py).
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F

from notifications import subjects
from notifications.models import Message, Rule
from notifications.models.messages import MessageQuerySet
from notifications.rules import Audience, Event, MessageState, Why
from notifications.rules.quiet_hours import LONGEST_NIGHT
from notifications.services.plan_messages import plan_by_rule

logger = structlog.get_logger(__name__)

# Bookings that are locked at once, and for how long: whoever cancels one of them waits no longer than that.
CHUNK = 20
HOLD_SECONDS = 0.025
_WAIT_SECONDS = 0.2
_LOOK_AGAIN_SECONDS = 0.01


def replan_rules(*, deadline: float, now: datetime) -> bool:
    """Plans the changed rules of the current tenant until done or `deadline` (time.monotonic()); whether it is done.

    Cut off or killed, it goes on where the last chunk was committed.
    """
    done = True
    for rule_id in list(Rule.objects.filter(planned_version__lt=F("version")).values_list("id", flat=True)):
        try:
            done = _replan(Rule.objects.get(pk=rule_id), deadline=deadline, now=now) and done
        except Exception:  # one rule's trouble must not stop the others, nor the sending
            logger.exception("rule could not be planned anew")
            done = False
    return done


def replan_message(message: Message, *, now: datetime) -> None:
    """Plans one unsent message anew by its rule as it is now; where that no longer wants it, it is cancelled."""
    if message.lost_starts_at is not None:
        _drop_unwanted(message.rule, about=message.subject_id)
        return
    _plan_anew(message.rule, message.subject_kind, message.subject_id, message.schedule_version, now=now)


def _replan(rule: Rule, *, deadline: float, now: datetime) -> bool:
    # As if it had been done when the rule was changed: what fell due since then is late, and not forgotten.
    now = min(now, rule.updated_at)
    if rule.is_active:
        if not _older_transactions_have_ended(deadline):
            return False
        if Event(rule.event).is_timed and not _walk_bookings(rule, deadline=deadline, now=now):
            return False
        if not _walk_messages(rule, deadline=deadline, now=now):
            return False
    with transaction.atomic():
        _drop_unwanted(rule)
        Rule.objects.filter(pk=rule.pk, version=rule.version).update(planned_version=rule.version)
    return True


def _older_transactions_have_ended(deadline: float) -> bool:
    """Whether no transaction is left that had read the rule as it was: it may still commit a booking, which the walk
    would not see. Who has read a table holds a lock on it until the end, and bookings are written before the rules
    are read; backups only read."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT array_agg(reader.virtualtransaction)
            FROM pg_locks reader
            JOIN pg_locks writer ON writer.virtualtransaction = reader.virtualtransaction
                AND writer.locktype = 'transactionid' AND writer.mode = 'ExclusiveLock'
            WHERE reader.locktype = 'relation' AND reader.relation = 'notifications_rule'::regclass
                AND reader.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND reader.pid IS DISTINCT FROM pg_backend_pid()
            """
        )
        readers = cursor.fetchone()[0]
        until = min(deadline, time.monotonic() + _WAIT_SECONDS)
        while readers:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE virtualtransaction = ANY(%s))", [readers])
            if not cursor.fetchone()[0]:
                return True
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK_AGAIN_SECONDS)
    return True


def _walk_bookings(rule: Rule, *, deadline: float, now: datetime) -> bool:
    """All bookings about which the rule may have something to say in future, from where the last turn ended."""
    since = now - timedelta(minutes=rule.offset_minutes or 0)
    if rule.quiet_hours:
        since -= LONGEST_NIGHT  # What fell into a night that is not over waits for its end.
    kinds = [rule.subject_kind] if rule.subject_kind else subjects.kinds()
    for kind in kinds:
        if kind < rule.planning_kind:
            continue
        after = rule.planning_after if kind == rule.planning_kind else None
        done = False
        while not done:
            if time.monotonic() > deadline:
                return False
            with transaction.atomic():
                occasions = subjects.source(kind).lock_upcoming(after, CHUNK, since)
                until = time.monotonic() + HOLD_SECONDS
                for occasion in occasions:
                    plan_by_rule(rule_id=rule.pk, event=Event(rule.event), occasion=occasion, now=now)
                    after = occasion.id
                    if time.monotonic() > until:
                        break
                done = len(occasions) < CHUNK and (not occasions or after == occasions[-1].id)
                later = [other for other in kinds if other > kind]
                # The next turn does not look again at a kind that is done: it may have time for one chunk alone.
                at, past = (later[0], None) if done and later else (kind, after)
                Rule.objects.filter(pk=rule.pk, version=rule.version).update(planning_kind=at, planning_after=past)
    return True


def _walk_messages(rule: Rule, *, deadline: float, now: datetime) -> bool:
    """The bookings about which the rule still has something unsent of an older version."""
    while True:
        about = _of_older_versions(rule).of_who_has_it().values_list("subject_kind", "subject_id", "schedule_version")
        found = list(about.distinct()[:CHUNK])
        if not found:
            return True
        for kind, subject_id, schedule_version in found:
            if time.monotonic() > deadline:
                return False
            _plan_anew(rule, kind, subject_id, schedule_version, now=now)


def _plan_anew(rule: Rule, kind: str, subject_id: UUID, schedule_version: int, *, now: datetime) -> None:
    """The unsent messages of the rule about one version of a booking."""
    with transaction.atomic():
        occasion = subjects.source(kind).lock(subject_id)
        # Of a booking that has changed since, the event of then is not the news.
        if occasion is not None and occasion.schedule_version == schedule_version:
            plan_by_rule(rule_id=rule.pk, event=Event(rule.event), occasion=occasion, now=min(now, rule.updated_at))
        _drop_unwanted(rule, about=subject_id)


def _drop_unwanted(rule: Rule, *, about: UUID | None = None) -> None:
    """Cancels what is unsent of older versions of the rule: what was to stay has been planned anew."""
    messages = _of_older_versions(rule)
    if about is not None:
        messages = messages.filter(subject_id=about)
    if rule.is_active and rule.audience in {Audience.STAFF, Audience.BOTH}:
        # Those of who lost a booking are not planned by what it is now: they stay where the rule still wants them.
        lost = messages.filter(lost_starts_at__isnull=False, event=rule.event, channel=rule.channel)
        lost = lost.filter(brand=rule.brand_id) if rule.brand_id else lost
        lost.update(rule_version=rule.version)
    if rule.is_active:
        messages.end(
            MessageState.CANCELLED, why=Why.RULE_CHANGED, reason="The rule was changed and no longer wants it."
        )
    else:
        messages.end(MessageState.CANCELLED, why=Why.RULE_OFF, reason="The rule was switched off.")


def _of_older_versions(rule: Rule) -> MessageQuerySet:
    return Message.objects.filter(rule_id=rule.pk, rule_version__lt=rule.version).unsent()
