"""Reads of notifications."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from notifications import subjects
from notifications.channels.outgoing import OWN_TARGET, Reader
from notifications.models import Message
from notifications.rules import UNSENT, Channel, MessageState, Why
from notifications.rules.history import steps
from notifications.rules.suppressions import SuppressionReason, normalised
from notifications.subjects import Former, SubjectFacts


def facts_of(message: Message) -> SubjectFacts | None:
    """The booking of which a message tells, as it is now; to who has lost it, as they had it. None if it is gone."""
    facts = subjects.load(kind=message.subject_kind, subject_id=message.subject_id)
    if facts is None or message.lost_starts_at is None or message.lost_ends_at is None or message.recipient is None:
        return facts
    had = Former(staff_id=message.recipient.pk, starts_at=message.lost_starts_at, ends_at=message.lost_ends_at)
    return facts.as_lost(by=had, name=message.recipient.name, schedule_version=message.schedule_version)


def reader_of(message: Message, *, facts: SubjectFacts) -> Reader:
    """Who gets a message, with the address for its channel: a person's as it is now, or the rule's fixed one."""
    person = message.recipient
    if person is None:
        return Reader(
            person_id=None,
            name="",
            address=message.address,
            language="en",
            zone=ZoneInfo(message.brand.timezone),
            is_staff=True,
        )
    return Reader(
        person_id=person.pk,
        name=person.given_name,
        address=address_of(message),
        language=person.language,
        zone=ZoneInfo(person.timezone),
        is_staff=person.pk in facts.occasion.staff_ids,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What may have changed of a claimed message since its claim; `now` by the database's clock."""

    now: datetime
    rule_version: int
    # Why its address gets no such message, if it doesn't.
    suppressed: SuppressionReason | None


def standing_of(message: Message) -> Standing | None:
    """How a claimed message stands now, to be read right before it is sent: who has unsubscribed a moment ago is heard.

    None where it is not the caller's any more: erased meanwhile, taken over by another worker, or what became of an
    earlier try was reported. Else its lease keeps all from changing it. Of several suppressions the widest counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT clock_timestamp(), rule.version, (
                SELECT reason FROM notifications_suppression
                WHERE channel = message.channel AND address = %s AND ended_at IS NULL
                    AND (brand_id = message.brand_id OR brand_id IS NULL)
                    AND (scope = 'everything' OR NOT rule.is_essential)
                ORDER BY scope, created_at LIMIT 1
            )
            FROM notifications_message message JOIN notifications_rule rule ON rule.id = message.rule_id
            WHERE message.id = %s AND message.state = 'sending' AND message.attempts = %s
            """,
            [normalised(Channel(message.channel), address_of(message)), message.pk, message.attempts],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    now, rule_version, reason = found
    return Standing(now=now, rule_version=rule_version, suppressed=SuppressionReason(reason) if reason else None)


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """Something that happened to a message, or (`is_ahead`) is to happen: that it is sent, or tried again."""

    message: Message
    at: datetime
    state: MessageState
    why: Why
    reason: str
    by: str = ""
    is_ahead: bool = False

    @property
    def reader(self) -> str:
        return self.message.recipient.name if self.message.recipient else self.message.address


def message_timeline(*, kind: str, subject_id: UUID) -> list[TimelineStep]:
    """All that was told about a booking, or wasn't, oldest first; then what is still to come. One query."""
    messages = Message.objects.about(kind, subject_id).select_related("recipient", "rule").order_by("created_at", "id")
    return timeline_of(messages)


def message_timelines(*, kind: str, subject_ids: Sequence[UUID], most: int) -> list[TimelineStep]:
    """As `message_timeline`, of several bookings together: of their latest messages, `most` at the most. One query."""
    messages = Message.objects.filter(subject_kind=kind, subject_id__in=subject_ids).select_related("recipient", "rule")
    return timeline_of(sorted(messages.order_by("-created_at", "-id")[:most], key=lambda one: (one.created_at, one.id)))


def timeline_of(messages: Iterable[Message]) -> list[TimelineStep]:
    """As `message_timeline`, of these messages."""
    past: list[TimelineStep] = []
    ahead: list[TimelineStep] = []
    for message in messages:
        state = MessageState(message.state)
        past += [
            TimelineStep(message, step.at, step.state, step.why, step.reason, step.by)
            for step in steps(
                created_at=message.created_at,
                state=state,
                why=Why(message.why),
                reason=message.reason,
                history=message.history,
            )
        ]
        if state in UNSENT:
            ahead.append(TimelineStep(message, message.due_at, state, Why.NONE, "", is_ahead=True))
    return sorted(past, key=lambda step: step.at) + sorted(ahead, key=lambda step: step.at)


def address_of(message: Message) -> str:
    """Where a message goes: to the person's address for its channel as it is now, or to the rule's fixed one. Push and
    chat reach what the tenant's account names, whoever is told."""
    person = message.recipient
    if person is None:
        return message.address
    return {Channel.EMAIL: person.email, Channel.SMS: person.phone}.get(Channel(message.channel), OWN_TARGET)


def address_told(message: Message) -> str:
    """Where a message went; while it is not known to have gone, where it goes."""
    return message.address or address_of(message)
