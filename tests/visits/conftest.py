"""The cast of the visits' tests: Pia provides, Bob visits, in the brand main of north."""

from datetime import timedelta
from typing import Any

import pytest

from scheduling.models import Client, Service, StaffMember
from tests.support import cast, visiting
from tests.support.http import Rest
from visits.models import Slot

START = cast.MONDAY + timedelta(hours=1)


@pytest.fixture
def provider(north: Any) -> StaffMember:
    return visiting.make_provider()


@pytest.fixture
def patient(north: Any) -> Client:
    return cast.make_client()


@pytest.fixture
def first_talk(north: Any) -> Service:
    return visiting.make_visit_type()


@pytest.fixture
def slot(provider: StaffMember) -> Slot:
    """On a Monday of 2030, 09:00 to 09:30 UTC."""
    return visiting.make_slot(provider, START)


@pytest.fixture
def as_patient(north: Any, patient: Client) -> Rest:
    """Bob himself, through an app."""
    return Rest(north, cast.make_token(user=cast.make_user(patient)))


@pytest.fixture
def as_provider(north: Any, provider: StaffMember) -> Rest:
    return Rest(north, cast.make_token(user=cast.make_user(provider)))


@pytest.fixture
def as_service(north: Any) -> Rest:
    """A service with all scopes that names nobody."""
    return Rest(north, cast.make_token())
