"""Staff, or an application, says that an address is written to no more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from notifications.models import Suppression
from notifications.rules import Channel
from notifications.rules.suppressions import SuppressionReason, SuppressionScope, normalised
from notifications.services.suppress import suppress
from tenants.errors import DomainError, Kind

NO_ADDRESS = "This is no address for that channel. Write an e-mail address, or a number such as +4930555014."
_FEWEST_DIGITS = 3


class AlreadySuppressedError(DomainError):
    code = "already_suppressed"
    kind = Kind.CONFLICT
    message = "This address is suppressed by hand already. End that first to say something else."


@transaction.atomic
def add_suppression(
    *,
    channel: Channel,
    address: str,
    brand_id: UUID | None,
    scope: SuppressionScope,
    note: str,
    now: datetime,
) -> Suppression:
    """Of an address that `is_address`. `brand_id` None is for all brands. Raises AlreadySuppressedError."""
    facts: dict[str, Any] = {"channel": channel, "brand_id": brand_id, "reason": SuppressionReason.MANUAL}
    if Suppression.objects.active().filter(**facts, address=normalised(channel, address)).exists():
        raise AlreadySuppressedError
    return suppress(**facts, address=address, scope=scope, note=note, now=now)


def is_address(channel: Channel, address: str) -> bool:
    """Whether a message of the channel could go there."""
    text = normalised(channel, address)
    if channel is Channel.SMS:
        return _FEWEST_DIGITS <= len(text.removeprefix("+")) <= 15  # noqa: PLR2004 - E.164
    if channel is Channel.EMAIL:
        try:
            validate_email(text)
        except ValidationError:
            return False
    return bool(text)
