from typing import Any

import pytest

from scheduling.models import Service, StaffMember
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def ada(north: Any) -> StaffMember:
    return cast.make_coach("Ada Coach")


@pytest.fixture
def service(ada: StaffMember) -> Service:
    """Half an hour of Ada, each day from nine to five, UTC."""
    return cast.make_service(ada)


@pytest.fixture
def rest(north: Any) -> Rest:
    return Rest(north, cast.make_token(scopes=["read:availability", "write:holds"]))
