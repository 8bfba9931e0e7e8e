"""Ada coaches, Bob takes part; both have signed in. A service has all scopes and names nobody."""

from typing import Any

import pytest

from scheduling.models import Client, StaffMember
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def ada(north: Any) -> StaffMember:
    return cast.make_coach()


@pytest.fixture
def bob(north: Any) -> Client:
    return cast.make_client()


@pytest.fixture
def as_ada(north: Any, ada: StaffMember) -> Rest:
    return Rest(north, cast.make_token(user=cast.make_user(ada)))


@pytest.fixture
def as_bob(north: Any, bob: Client) -> Rest:
    return Rest(north, cast.make_token(user=cast.make_user(bob)))


@pytest.fixture
def as_service(north: Any) -> Rest:
    return Rest(north, cast.make_token())
