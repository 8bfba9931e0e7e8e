"""What every channel is handed, and what it answers."""

from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from notifications.models import Message
from notifications.subjects import SubjectFacts

# The address of whoever reads a push or chat account's own target: its topic, its channel.
OWN_TARGET: Final = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who gets a message: a person, or whoever is behind a fixed address. Staff reads in its own zone too."""

    person_id: UUID | None
    name: str
    address: str
    language: str
    zone: ZoneInfo
    is_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message in the reader's language. `html` is empty where the channel has none."""

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message, ready to leave. `unsubscribe_url` is empty for what is essential."""

    message: Message
    facts: SubjectFacts
    reader: Reader
    text: Text
    unsubscribe_url: str = ""

    @property
    def key(self) -> str:
        """The same on every try: providers that deduplicate know it again."""
        return str(self.message.pk)


class Session(Protocol):
    """One worker's use of a channel in one tenant: connections are kept between messages and closed at the end."""

    def send(self, outgoing: Outgoing) -> str:
        """Hands the message over; answers the provider's own id for it, or nothing. Raises what `errors` holds."""

    def close(self) -> None:
        """Never raises."""
