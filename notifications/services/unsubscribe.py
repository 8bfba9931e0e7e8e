"""What the reader of a message says by the link in it."""

from datetime import datetime

from django.db import transaction

from notifications.models import Message, Suppression
from notifications.models.suppressions import SuppressionQuerySet
from notifications.rules import Channel
from notifications.rules.suppressions import SuppressionReason, SuppressionScope
from notifications.selectors import address_told
from notifications.services.end_suppression import end_suppression
from notifications.services.suppress import suppress


def unsubscribe(*, message: Message, now: datetime) -> Suppression | None:
    """From here on the address that the message went to gets nothing of its brand but what is essential. Again: the
    same. None where the address is not known any more, so that nothing goes there anyway."""
    address = address_told(message)
    if not address:
        return None
    return suppress(
        channel=Channel(message.channel),
        address=address,
        brand_id=message.brand_id,
        reason=SuppressionReason.UNSUBSCRIBED,
        scope=SuppressionScope.NON_ESSENTIAL,
        message_id=message.pk,
        now=now,
    )


@transaction.atomic
def resubscribe(*, message: Message, now: datetime) -> None:
    """Takes the reader's own word back. What stands against the address for another reason stays."""
    for suppression in _unsubscribed(message):
        end_suppression(suppression=suppression, now=now)


def is_unsubscribed(message: Message) -> bool:
    """Whether the message's address has unsubscribed from its brand."""
    return _unsubscribed(message).exists()


def _unsubscribed(message: Message) -> SuppressionQuerySet:
    of_address = Suppression.objects.active().of_address(Channel(message.channel), address_told(message))
    return of_address.filter(brand_id=message.brand_id, reason=SuppressionReason.UNSUBSCRIBED)
