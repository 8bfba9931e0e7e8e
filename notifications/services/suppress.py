"""Writing to an address no more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from notifications.models import Suppression
from notifications.rules import Channel
from notifications.rules.suppressions import SuppressionReason, SuppressionScope, normalised


@transaction.atomic
def suppress(
    *,
    channel: Channel,
    address: str,
    brand_id: UUID | None,
    reason: SuppressionReason,
    scope: SuppressionScope,
    now: datetime,
    message_id: UUID | None = None,
    note: str = "",
) -> Suppression:
    """The active suppression of an address for a reason: the one that there is, with the wider scope of the two, or
    a new one. Of many who say the same at once, one makes it. `brand_id` None is for all brands."""
    same: dict[str, Any] = {
        "channel": channel,
        "address": normalised(channel, address),
        "brand_id": brand_id,
        "reason": reason,
    }
    found = _locked(same)
    if found is None:
        try:
            with transaction.atomic():
                return Suppression.objects.create(
                    **same, scope=scope, message_id=message_id, note=note[:300], created_at=now
                )
        except IntegrityError:
            # Somebody else was a moment earlier, and has committed: the constraint waits for that.
            found = _locked(same)
            if found is None:
                raise
    wider = SuppressionScope(found.scope).joined(scope)
    if wider != found.scope:
        found.scope, found.version = wider, found.version + 1
        found.save(update_fields=["scope", "version"])
    return found


def _locked(same: dict[str, Any]) -> Suppression | None:
    return Suppression.objects.active().filter(**same).select_for_update().first()
