"""A mail server in a process of its own that answers badly, and writes down what it was given.

python -m tests.support.faulty_smtp PORT LOG '{"later": 0.3}'
"""

import asyncio
import json
import random
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from aiosmtpd.smtp import SMTP

from tests.support.database import ROOT
from tests.support.live import wait_until
from tests.support.smtp import free_port

_MESSAGE_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Manners:
    """The share of mails, from 0 to 1, that meets each fault; chosen anew with each try but for `never`."""

    later: float = 0.0  # 4xx
    never: float = 0.0  # 5xx, always for the same mails
    hang: float = 0.0  # no answer after DATA
    drop: float = 0.0  # the connection is cut after DATA, without an answer
    delay: float = 0.0  # seconds before each answer


@dataclass(frozen=True)
class Received:
    """One try: when MAIL came, when it was answered or cut, and how ("accepted", "later", "never", "hang", "drop")."""

    message_id: str
    began_at: float
    at: float
    how: str


class FaultySmtp:
    """The handle of the process."""

    def __init__(self, folder: Path, manners: Manners) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._log = folder / f"mails-{self.port}.jsonl"
        self._log.touch()
        self._hold, self._held = _places_to_hold(self._log)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.support.faulty_smtp",
                str(self.port),
                str(self._log),
                json.dumps(vars(manners)),
            ],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: self._log.read_text().startswith("ready"), "the mail server")

    def received(self) -> list[Received]:
        """Everything so far, in order."""
        lines = self._log.read_text().splitlines()[1:]
        return [Received(**json.loads(line)) for line in lines if line.endswith("}")]

    def hold_next(self) -> str:
        """Waits until the next mail has been taken; its answer waits for `let_go`. Answers its Message-ID."""
        self._hold.touch()
        wait_until(self._held.exists, "a mail to be held")
        return self._held.read_text()

    def let_go(self) -> None:
        self._held.unlink()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def faulty_smtp(folder: Path, manners: Manners) -> Iterator[FaultySmtp]:
    server = FaultySmtp(folder, manners)
    try:
        yield server
    finally:
        server.stop()


def _places_to_hold(log: Path) -> tuple[Path, Path]:
    """Files that say that the next answer is to be held back, and which one is."""
    return log.with_suffix(".hold"), log.with_suffix(".held")


class _Handler:
    def __init__(self, manners: Manners, log: IO[str]) -> None:
        self.manners, self.log = manners, log
        self.hold, self.held = _places_to_hold(Path(log.name))
        self.chance = random.Random(1)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.began_at = time.time()
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        found = _MESSAGE_ID.search(envelope.content)
        name = found[1].decode() if found else ""
        how = self._how(name)
        if self.manners.delay:
            await asyncio.sleep(self.manners.delay)
        # Before the answer: what has been answered is in the log, whatever happens to anybody.
        self.log.write(json.dumps(asdict(Received(name, envelope.began_at, time.time(), how))) + "\n")
        self.log.flush()
        if how == "accepted" and self.hold.exists():
            self.hold.write_text(name)
            self.hold.rename(self.held)
            while self.held.exists():  # noqa: ASYNC110 - another process removes it
                await asyncio.sleep(0.01)
        if how == "hang":
            await asyncio.sleep(3600)
        if how == "drop":
            server.transport.abort()
        return {"later": "451 Try again later", "never": "550 No such user"}.get(how, "250 OK")

    def _how(self, name: str) -> str:
        if zlib.crc32(name.encode()) % 10_000 < self.manners.never * 10_000:
            return "never"
        dice = self.chance.random()
        for how in ("later", "hang", "drop"):
            share = getattr(self.manners, how)
            if dice < share:
                return how
            dice -= share
        return "accepted"


async def _serve(port: int, log: IO[str], manners: Manners) -> None:
    handler = _Handler(manners, log)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", port)
    log.write("ready\n")
    log.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with Path(sys.argv[2]).open("a") as opened:
        asyncio.run(_serve(int(sys.argv[1]), opened, Manners(**json.loads(sys.argv[3]))))
