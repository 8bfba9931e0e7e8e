"""A worker's use of a channel of short texts."""

import re
from abc import ABC, abstractmethod
from typing import Final

from notifications.channels.accounts import Account, Links
from notifications.channels.apprise_link import Notice
from notifications.channels.errors import PermanentFailureError
from notifications.channels.fields import e164
from notifications.channels.outgoing import OWN_TARGET, Outgoing, Text
from notifications.rules import Channel, Why
from tenants.brands.models import Brand

# A name or a note could call everybody in a chat, or pass for a link.
_CALLS: Final = re.compile(r"@(?=everyone\b|here\b|channel\b|all\b)|<(?=[!@#])", re.IGNORECASE)


class TextSession(ABC):
    channel: Channel

    def __init__(self) -> None:
        self._links: Links[Notice] = Links(self.channel)

    def send(self, outgoing: Outgoing) -> str:
        account, link = self._links.of(outgoing.message.brand_id)
        assert account is not None  # noqa: S101 - there is no platform's own
        return link.send(self.notice(account, to=outgoing.reader.address, text=outgoing.text, key=outgoing.key))

    def close(self) -> None:
        self._links.close()

    @classmethod
    def notice(cls, account: Account, *, to: str, text: Text, key: str) -> Notice:
        """What is handed to the account. Raises PermanentFailureError for an address that can't be one."""
        return Notice(target=cls.target(account, to), text=text, key=key)

    @classmethod
    def trial(cls, account: Account, *, brand: Brand, to: str, key: str) -> Notice:
        """A test message to `to`, or to the account's own target."""
        said = f"This is a test. Messages of {brand.name} leave through {account.provider.label} and arrive here."
        return cls.notice(account, to=to or OWN_TARGET, text=Text(subject="Test message", text=said), key=key)

    @classmethod
    @abstractmethod
    def target(cls, account: Account, to: str) -> str:
        """How the provider names the reader. Raises PermanentFailureError."""


class NumberSession(TextSession):
    """To the number of whoever reads it."""

    @classmethod
    def target(cls, account: Account, to: str) -> str:  # noqa: ARG003 - the same for every provider
        number = e164(to)
        if number is None:
            raise PermanentFailureError(
                "The phone number lacks its country code, such as +49. Add it to the person.", why=Why.NO_ADDRESS
            )
        return number


class TargetSession(TextSession):
    """To the account's own target, or to the one that a rule names."""

    @classmethod
    def notice(cls, account: Account, *, to: str, text: Text, key: str) -> Notice:
        harmless = Text(subject=_CALLS.sub("\\g<0>\u200b", text.subject), text=_CALLS.sub("\\g<0>\u200b", text.text))
        return super().notice(account, to=to, text=harmless, key=key)

    @classmethod
    def target(cls, account: Account, to: str) -> str:
        return account.values.get("target", "") if to == OWN_TARGET else to
