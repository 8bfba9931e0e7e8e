"""HTTP requests over raw sockets that may be cut at any moment."""

import asyncio
import contextlib
import random
import socket
import struct
from dataclasses import dataclass
from enum import Enum

# A request that takes longer counts as unanswered.
PATIENCE = 30.0


class Cut(Enum):
    """Where the connection breaks."""

    BEFORE_BODY = "before the body"
    IN_BODY = "in the body"
    BEFORE_ANSWER = "before the answer"
    IN_ANSWER = "in the answer"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    replayed: bool


async def send(*, port: int, head: bytes, body: bytes, cut: Cut | None, chance: random.Random) -> Answer | None:
    """Sends the request on a connection of its own; None where it was cut or broke before the answer was whole."""
    writer = None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            if cut in {Cut.BEFORE_BODY, Cut.IN_BODY}:
                sent = 0 if cut is Cut.BEFORE_BODY else chance.randrange(len(body) + 1)
                writer.write(head + body[:sent])
                await _pause(chance)
                return None
            writer.write(head + body)
            if cut is Cut.BEFORE_ANSWER:
                await _pause(chance)
                return None
            start = await reader.readuntil(b"\r\n\r\n")
            length = _content_length(start)
            if cut is Cut.IN_ANSWER:
                await reader.readexactly(chance.randrange(length + 1))
                return None
            content = await reader.readexactly(length)
            return Answer(int(start[9:12]), content, b"\r\nidempotent-replayed: true\r\n" in start.lower())
    except (OSError, EOFError, TimeoutError):
        return None
    finally:
        if writer is not None:
            _close(writer, hard=cut is not None and chance.random() < 0.5)


async def _pause(chance: random.Random) -> None:
    """From nothing to longer than most requests take, so that the cut falls anywhere in the server's work."""
    await asyncio.sleep(chance.choice([0, chance.uniform(0, 0.02), chance.uniform(0, 0.2)]))


def _close(writer: asyncio.StreamWriter, *, hard: bool) -> None:
    """As a program that ends (FIN), or as a machine that is gone (RST)."""
    if hard:
        connection: socket.socket = writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":", 1)[1])
    return 0
