"""Why a message is not sent again, or not now."""

from tenants.errors import DomainError, Kind


class MessageNotRetriableError(DomainError):
    code = "message_not_retriable"
    kind = Kind.STATE
    message = "A message that is {state} is not sent again."


class MessageNotWaitingError(DomainError):
    code = "message_not_waiting"
    kind = Kind.STATE
    message = "Only a message that waits can be sent ahead of its time: this one is {state}."


class MessageUntrueError(DomainError):
    code = "message_untrue"
    kind = Kind.STATE
    message = "What it says is no longer true: the booking was changed or cancelled since it was planned."


class MessageTooLateError(DomainError):
    code = "message_too_late"
    kind = Kind.STATE
    message = "It speaks of a start that is past."


class MessageUnwantedError(DomainError):
    code = "message_unwanted"
    kind = Kind.STATE
    message = (
        "Its rule is off, was changed and no longer wants it, or has told its reader by another channel. What the rule "
        "says now decides."
    )
