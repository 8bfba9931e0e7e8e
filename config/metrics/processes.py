"""The numbers that the processes wrote, added up; and what dead processes left."""

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector


class Processes(Collector):
    """Sums over all processes. What a dead one counted stays counted; what it was just doing does not."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files = MultiProcessCollector(None, path=str(folder))  # type: ignore[no-untyped-call]

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterable[Metric]:
        self._remove(self._folder.glob("gauge_live*.db"))
        found: Iterable[Metric] = self._files.collect()  # type: ignore[no-untyped-call]
        return found

    def forget_the_dead(self) -> None:
        """Removes all files of processes that are gone. At the start: later it would look like a reset."""
        self._remove(self._folder.glob("*.db"))

    def _remove(self, files: Iterable[Path]) -> None:
        for file in files:
            number = file.stem.rpartition("_")[2]
            if number.isdigit() and not _exists(int(number)):
                file.unlink(missing_ok=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
