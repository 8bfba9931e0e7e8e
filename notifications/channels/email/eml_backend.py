"""Writes each mail as one .eml file, for a machine without a mail server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Files are named by the mail's Message-ID: sending it again replaces the file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            message = mail.message()
            name = "".join(c if c.isalnum() or c in ".-@" else "-" for c in message["Message-ID"].strip("<>"))
            # Written under another name first: whoever watches the folder never reads half a mail.
            unfinished = self.folder / f".{name}.part"
            unfinished.write_bytes(message.as_bytes())
            unfinished.rename(self.folder / f"{name}.eml")
        return len(email_messages)
