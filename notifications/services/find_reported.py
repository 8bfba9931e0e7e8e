"""The message that a report is about."""

from uuid import UUID

from notifications.models import Message
from tenants.errors import DomainError, Kind


class MessageNotFoundError(DomainError):
    code = "message_not_found"
    kind = Kind.NOT_FOUND
    message = "No message has this id, Message-ID or provider's id."


def find_reported(*, reference: str, brand_id: UUID | None = None) -> Message:
    """By our id, its Message-ID or its provider's id for it; of one brand or, with None, of any.

    Raises MessageNotFoundError.
    """
    found = Message.objects.known_as(reference)
    if brand_id is not None:
        found = found.filter(brand_id=brand_id)
    message = found.order_by("-created_at").first()
    if message is None:
        raise MessageNotFoundError
    return message
