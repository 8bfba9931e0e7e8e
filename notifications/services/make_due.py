"""What retrying a message and sending it ahead of its time share: it becomes due now, if it is true and wanted."""

from collections.abc import Collection
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
    of: Collection[MessageState],
    refusal: type[DomainError],
    why: Why,
    reason: str,
    by: str,
    now: datetime,
    **fields: Any,
) -> Message:
    """Makes a message that is in one of the states `of` due now, with a line in its history that says `reason`,
    a format string over its `state`, and names `by`.

    Its reader's quiet hours still count. Raises `refusal`, GoneError, MessageUntrueError,
    MessageTooLateError, MessageUnwantedError.
    """
    occasion = _locked_occasion(message_id)
    message = locked(Message.objects.select_related("rule"), message_id)
    if message.state not in of:
        raise refusal(state=message.get_state_display().lower())
    reason = reason.format(state=message.state)
    if occasion is None or occasion.schedule_version != message.schedule_version:
        raise MessageUntrueError
    if message.event == Event.BEFORE_START and occasion.starts_at <= now:
        raise MessageTooLateError
    if not message.rule.is_active:
        raise MessageUnwantedError
    this = Message.objects.filter(pk=message.pk)
    this.update(
        state=MessageState.PLANNED, why=why, reason=reason, history=happened(MessageState.PLANNED, why, reason, by=by)
    )
    if message.rule_version < message.rule.version:
        # What the rule says by now decides: at once, and not when a worker finds out.
        replan_message(message, now=now)
    message.refresh_from_db(fields=["state"])
    if message.state != MessageState.PLANNED:
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


def _locked_occasion(message_id: UUID) -> Occasion | None:
    """What the message is about, locked: before the message itself, as those do who change bookings."""
    subject = Message.objects.values_list("subject_kind", "subject_id").filter(pk=message_id).first()
    if subject is None:
        raise GoneError
    kind, subject_id = subject
    return subjects.source(kind).lock(subject_id) if kind in subjects.kinds() else None
