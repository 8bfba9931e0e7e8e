"""What retrying a message and sending it ahead of its time share: it becomes due now, if it is true and wanted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Least, Now

from notifications import subjects
from notifications.errors import MessageTooLateError, MessageUntrueError, MessageUnwantedError
from notifications.models import Message
from notifications.models.messages import happened
from notifications.rules import Event, MessageState, Why
from notifications.rules.timing import expiry
from notifications.services.hints import hint_here
from notifications.services.replan import replan_message
from notifications.subjects import Occasion
from tenants.errors import DomainError, GoneError
from tenants.locking import locked


@transaction.atomic
def make_due(
    *,
    message_id: UUID,
    of: Callable[[MessageState, Why], bool],
    refusal: type[DomainError],
    why: Why,
    reason: str,
    by: str,
    now: datetime,
    **fields: Any,
) -> Message:
    """Makes a message due now of whose state and why `of` is true, with a line in its history that says `reason`,
    a format string over its `state`, and names `by`.

    What has to go by another channel, since its rule was changed, is another message: that one is answered. Its
    reader's quiet hours still count. Raises `refusal`, GoneError, MessageUntrueError,
    MessageTooLateError, MessageUnwantedError.
    """
    occasion = _locked_occasion(message_id)
    message = locked(Message.objects.select_related("rule"), message_id)
    if not of(MessageState(message.state), Why(message.why)):
        raise refusal(state=message.get_state_display().lower())
    reason = reason.format(state=message.state)
    changed = occasion is not None and occasion.schedule_version != message.schedule_version
    if occasion is None or (changed and message.lost_starts_at is None):
        raise MessageUntrueError
    if message.event == Event.BEFORE_START and occasion.starts_at <= now:
        raise MessageTooLateError
    if not message.rule.is_active:
        raise MessageUnwantedError
    told = {"why": why, "reason": reason, "history": happened(MessageState.PLANNED, why, reason, by=by)}
    this = Message.objects.filter(pk=message.pk)
    this.update(state=MessageState.PLANNED, **told)
    if message.rule_version < message.rule.version:
        # What the rule says by now decides: at once, and not when a worker finds out.
        replan_message(message, now=now)
        if (other := _by_other_channel(message)) is not None:
            message_id = other.pk
            this = Message.objects.filter(pk=message_id)
            this.update(**told)
    if not this.filter(state=MessageState.PLANNED).exists():
        raise MessageUnwantedError
    expires_at = expiry(
        event=Event(message.event),
        due_at=now,
        lateness_minutes=message.rule.lateness_minutes,
        starts_at=occasion.starts_at,
    )
    # By the clock of the workers, even where this machine's runs ahead.
    due_at = Least(Value(now), Now())
    this.update(due_at=due_at, expires_at=expires_at, why=why, reason=reason, state_since=Now(), **fields)
    hint_here(now)
    return Message.objects.select_related("rule", "recipient", "brand").get(pk=message_id)


def _by_other_channel(message: Message) -> Message | None:
    """What its rule, as it is now, tells the same reader in place of this message."""
    return (
        Message.objects.about(message.subject_kind, message.subject_id)
        .filter(
            rule_id=message.rule_id,
            rule_version=message.rule.version,
            recipient_id=message.recipient_id,
            schedule_version=message.schedule_version,
            state=MessageState.PLANNED,
        )
        .exclude(channel=message.channel)
        .first()
    )


def _locked_occasion(message_id: UUID) -> Occasion | None:
    """What the message is about, locked: before the message itself, as those do who change bookings."""
    subject = Message.objects.values_list("subject_kind", "subject_id").filter(pk=message_id).first()
    if subject is None:
        raise GoneError
    kind, subject_id = subject
    return subjects.source(kind).lock(subject_id) if kind in subjects.kinds() else None
