from collections.abc import Iterator
from typing import Any

import pytest

from tests.notifications.webhooks import receiver as receivers
from tests.notifications.webhooks.receiver import Receiver


@pytest.fixture
def private(settings: Any) -> None:
    """Receivers on this machine may be reached, by plain HTTP too."""
    settings.ALLOW_PRIVATE_TARGETS = True


@pytest.fixture
def receiver(private: None) -> Iterator[Receiver]:
    with receivers.receiver() as running:
        yield running
