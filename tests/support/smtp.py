"""A real SMTP server that remembers what it was given and refuses what it is told to."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass
class Post:
    """`refused` says what an address is answered at RCPT; `data_answer` what every mail is answered."""

    port: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    # While this is cleared, mails are taken in and not answered.
    answers: bool = True
    recipients: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.data_answer.startswith("250"):
            self.recipients += envelope.rcpt_tos
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        while not self.answers:  # noqa: ASYNC110 - an Event would have to be set from another thread
            await asyncio.sleep(0.02)
        return self.data_answer


@contextmanager
def smtp_server() -> Iterator[Post]:
    post = Post()
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=free_port(),
        # Nobody's password is right: for tests of a platform that can't sign in.
        authenticator=lambda *_: AuthResult(success=False, handled=False),
        auth_require_tls=False,
    )
    post.port = controller.port
    controller.start()
    try:
        yield post
    finally:
        post.answers = True
        controller.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
