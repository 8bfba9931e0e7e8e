"""The demo tenants in a database of a module's own, for examples, generated clients and fuzzing."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.openapi.demo import Demo
from tests.support.committed import pointed_at
from tests.support.database import DEMO, database


@pytest.fixture(scope="module")
def demo(django_db_blocker: Any) -> Iterator[Demo]:
    """The demo tenant harbor; what is written stays until the module's end. Not together with `db`."""
    name = f"slotkeeper_demo_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with database(name, template=DEMO), pointed_at(name, django_db_blocker):
        yield Demo.named("harbor")
