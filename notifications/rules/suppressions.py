"""Who is written to no more: for what reason, what of, and by which address they are known again."""

import re
from enum import StrEnum

from notifications.rules.events import Channel
from notifications.rules.messages import Why

_NOT_DIALLED = re.compile(r"\(0\)|[^0-9+]")


class SuppressionReason(StrEnum):
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    MANUAL = "manual"

    @property
    def label(self) -> str:
        return {"manual": "By staff"}.get(self.value, self.value.capitalize())

    @property
    def why(self) -> Why:
        """What a message says that is not sent for it."""
        return Why.SUPPRESSED if self is SuppressionReason.MANUAL else Why(self.value)


class SuppressionScope(StrEnum):
    EVERYTHING = "everything"
    NON_ESSENTIAL = "non_essential"

    @property
    def label(self) -> str:
        return {"everything": "Everything", "non_essential": "All but essential"}[self.value]

    def joined(self, other: "SuppressionScope") -> "SuppressionScope":
        """The wider of the two."""
        return SuppressionScope.EVERYTHING if SuppressionScope.EVERYTHING in {self, other} else self


def normalised(channel: Channel, address: str) -> str:
    """An address as it is compared: in lower case, a number by its digits with `+` for `00` (E.164).

    That the part before the @ may tell capitals apart (RFC 5321, 2.4), no mail server of today makes use of; and who
    unsubscribes must be heard however the address was typed.
    """
    text = address.strip()
    if channel is not Channel.SMS:
        return text.lower()
    dialled = _NOT_DIALLED.sub("", text)
    digits = dialled.replace("+", "")
    if dialled.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{digits}" if dialled.startswith("+") else digits
