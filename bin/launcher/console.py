"""Progress for people: one line before each slow step, its seconds after it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

COLOURS = {"run": 36, "web": 32, "worker": 35, "sender": 34, "beat": 33, "metrics": 37}


class Console:
    """Writes lines to one stream at once; a stream that has gone away is no reason to fail."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._coloured = stream.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str) -> None:
        """Print `text` as a line of its own."""
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            # The terminal or the pipe behind it was closed. What was started must still be stopped
            # in order, so writing goes nowhere from here on.
            self._stream = Path(os.devnull).open("w")  # noqa: SIM115 - for as long as we live

    def log(self, name: str, text: str) -> None:
        """Print a line of the part `name`, its name in front."""
        label = f"{name:<8} |"
        if self._coloured:
            label = f"\x1b[{COLOURS.get(name, 34)}m{label}\x1b[0m"
        self.say(f"{label} {text}")

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Say what begins, and how long it took when it ended well."""
        self.say(f"{text} ...")
        begun = time.monotonic()
        yield
        self.say(f"{text}: done in {time.monotonic() - begun:.1f} s")
