from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address. `key` is the same on every try."""

    mail: EmailMultiAlternatives
    key: str

    @property
    def message_id(self) -> str:
        return str(self.mail.extra_headers.get("Message-ID", ""))
