"""What comes back after a message has left."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

# A mailbox that can't take mails now may do so tomorrow: so many messages in a row must come back.
SOFT_BOUNCES: Final = 3

# Not in an IP address nor in a version, which servers' words are full of.
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)", re.ASCII)
# Permanent, but not for the address (RFC 3463): a full mailbox and a mail too large (2.2, 2.3), the system (3.x), the
# route (4.x but for a host that doesn't exist), the protocol (5.x), the content (6.x), policy and reputation (7.x).
_NOT_THE_ADDRESS = re.compile(r"5\.(2\.[23]|3\.\d+|4\.(?!4)\d+|5\.\d+|6\.\d+|7\.\d+)", re.ASCII)


class ReportKind(StrEnum):
    DELIVERED = "delivered"
    BOUNCED = "bounced"  # it will never arrive there
    SOFT_BOUNCED = "soft_bounced"  # it did not arrive; another may
    COMPLAINED = "complained"  # its reader called it spam

    @property
    def label(self) -> str:
        return {"soft_bounced": "Bounced for now", "complained": "Called spam by its reader"}.get(
            self.value, self.value.capitalize()
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider or a mail server says happened to a message. `detail` is in its own words."""

    kind: ReportKind
    at: datetime
    detail: str = ""

    @property
    def text(self) -> str:
        """A line of a message's history."""
        return f"{self.kind.label}: {self.detail}"[:300] if self.detail else f"{self.kind.label}."


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEvent:
    """What a mail provider tells of one mail: `key` is our name for it, `provider_id` the provider's; either may be
    empty. Without a `kind` its reader has unsubscribed by a link of the provider's."""

    key: str
    provider_id: str
    kind: ReportKind | None
    at: datetime
    detail: str = ""


def is_written(report: Report, history: Iterable[Mapping[str, str]]) -> bool:
    """Whether the history of a message holds this very report: the same, of the same moment."""
    return any(
        line["report"] == report.kind and datetime.fromisoformat(line["reported_at"]) == report.at
        for line in history
        if "report" in line
    )


def kind_of_status(status: str) -> ReportKind:
    """What an enhanced status code (RFC 3463) of a failed delivery means; without a readable one, for ever."""
    found = _STATUS.search(status)
    if found is None:
        return ReportKind.BOUNCED
    if found[1] == "2":
        return ReportKind.DELIVERED
    if found[1] == "4" or _NOT_THE_ADDRESS.fullmatch(found[0]):
        return ReportKind.SOFT_BOUNCED
    return ReportKind.BOUNCED
