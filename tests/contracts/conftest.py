"""The cast of the contract tests."""

from typing import Any

import pytest

from scheduling.models import Client, StaffMember
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def coach(north: Any) -> StaffMember:
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    return coach


@pytest.fixture
def patient(north: Any) -> Client:
    return cast.make_client()


@pytest.fixture
def as_patient(north: Any, patient: Client) -> Rest:
    return Rest(north, cast.make_token(user=cast.make_user(patient)))


@pytest.fixture
def as_service(north: Any) -> Rest:
    return Rest(north, cast.make_token())


@pytest.fixture
def as_nobody(north: Any) -> Rest:
    return Rest(north)


@pytest.fixture
def of_kids(north: Any) -> Rest:
    """A service of another brand."""
    return Rest(north, cast.make_token(brand=cast.make_brand()))
