from collections.abc import Iterator
from typing import Any

import pytest

from tenants.resolution import resolve
from tests.support.committed import committed


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the test's own, where transactions commit; its name."""
    with committed(django_db_blocker) as name:
        yield name


@pytest.fixture
def tenant(database: str) -> Any:
    """The tenant north of that database."""
    return resolve(host="north.test", number=None)
