"""What the log of production would hold: the handlers of the settings, writing into memory."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from tenants.telemetry.logs import formatter


class Lines:
    """All that was written so far."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)

    def text(self) -> str:
        return self.stream.getvalue()

    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.json() if line["event"] == event]

    @contextmanager
    def listening_to(self, *names: str) -> Iterator[None]:
        """Hears these loggers too, where they keep what they say from the root."""
        loggers = [logger for name in names if not (logger := logging.getLogger(name)).propagate]
        for logger in loggers:
            logger.addHandler(self.handler)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(self.handler)


@contextmanager
def captured(*, style: str = "json", texts_of_errors: bool = False) -> Iterator[Lines]:
    """Everything that reaches the handlers of the settings, in the given style."""
    lines = Lines()
    lines.handler.setFormatter(formatter(style, texts_of_errors=texts_of_errors))
    root = logging.getLogger()
    keep_to_themselves = [name for name, logger in settings.LOGGING["loggers"].items() if logger.get("handlers")]
    root.addHandler(lines.handler)
    try:
        with lines.listening_to(*keep_to_themselves):
            yield lines
    finally:
        root.removeHandler(lines.handler)
