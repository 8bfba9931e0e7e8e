from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from notifications.channels import http
from tests.notifications.channels.servers import Provider, provider


@pytest.fixture
def server(monkeypatch: Any, settings: Any) -> Iterator[Provider]:
    """Stands in for every provider: whatever https:// address is asked, this machine answers."""
    settings.ALLOW_PRIVATE_TARGETS = True
    with provider() as running:

        class Detour(http.GuardedAdapter):
            def send(self, request: Any, *args: Any, **options: Any) -> Any:
                meant = urlsplit(request.url)
                request.headers["X-Meant-For"] = meant.netloc
                request.url = f"http://127.0.0.1:{running.port}{meant.path}?{meant.query}"
                return super().send(request, *args, **options)

        def session() -> http.GuardedSession:
            made = http.GuardedSession()
            made.mount("https://", Detour())
            return made

        monkeypatch.setattr(http, "session", session)
        yield running
