"""A provider: who carries a channel's messages, and what an account there needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from notifications.channels.fields import Field

Load_contra = TypeVar("Load_contra", contravariant=True)


class Link(Protocol[Load_contra]):
    """A connection to a provider in the name of one account, kept for a worker's turn."""

    def send(self, load: Load_contra) -> str:
        """Answers the provider's own id, or nothing. Raises what `errors` holds; the texts hold no secrets."""

    def close(self) -> None:
        """Never raises."""


Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Provider(Generic[Made]):
    """`link` makes a connection from the values of `fields`. `help` says where the account's values are found."""

    key: str
    label: str
    help: str
    fields: Sequence[Field]
    link: Callable[[Mapping[str, str]], Made]

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields if field.is_secret)
