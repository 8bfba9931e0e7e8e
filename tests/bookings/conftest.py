"""The cast of the coach endpoints: Ada coaches every day from 09:00 to 17:00 UTC, Bob books."""

from typing import Any

import pytest

from scheduling.models import Client, StaffMember
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def coach(north: Any) -> StaffMember:
    return cast.make_coach()


@pytest.fixture
def patient(north: Any) -> Client:
    return cast.make_client()


@pytest.fixture
def as_patient(north: Any, patient: Client) -> Rest:
    """Bob himself, through an app."""
    return Rest(north, cast.make_token(user=cast.make_user(patient)))


@pytest.fixture
def as_coach(north: Any, coach: StaffMember) -> Rest:
    return Rest(north, cast.make_token(user=cast.make_user(coach)))


@pytest.fixture
def as_service(north: Any) -> Rest:
    """A service with all scopes that names nobody."""
    return Rest(north, cast.make_token())
