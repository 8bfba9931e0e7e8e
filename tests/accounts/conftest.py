from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.committed import committed


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of a database of the test's own, where transactions commit."""
    with committed(django_db_blocker) as name:
        yield name
