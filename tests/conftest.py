"""Every test runs on real Postgres, as production's role, in the tenant north unless it says otherwise."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.database import database, drop_template
from tests.support.live import Live, live


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Instead of Django's test database: a copy of the template, which the real commands made."""
    from django.db import connection

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"slotkeeper_test_{worker}_{os.getpid()}"
    with database(name):
        connection.close()
        connection.settings_dict["NAME"] = name
        yield
        with django_db_blocker.unblock():
            connection.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput") and "DATABASE_URL" in os.environ:
        drop_template()


@pytest.fixture(autouse=True)
def _no_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a process, or Valkey, remembers of tenants must not go from test to test."""
    from api import throttling
    from api.middleware import cors
    from notifications.services import wake
    from tenants import valkey
    from tenants.context import activate_public, current_schema
    from tenants.resolution import forget
    from tenants.throttling import limiter

    turn = uuid.uuid4()
    monkeypatch.setattr(limiter, "PREFIX", f"test:{turn}:limit")
    monkeypatch.setattr(valkey, "PREFIX", f"test:{turn}")
    limiter.local.clear()
    throttling.refused.clear()
    monkeypatch.setattr(wake, "_key", lambda: f"test:{turn}:{current_schema()}")
    forget()
    cors.forget()
    yield
    activate_public()


@pytest.fixture
def north(db: None) -> Any:
    """The tenant north, and the connection inside it."""
    return _inside("north.test")


@pytest.fixture
def south(db: None) -> Any:
    """The tenant south; the connection goes where it was."""
    from tenants.resolution import resolve

    return resolve(host="south.test", number=None)


def _inside(host: str) -> Any:
    from tenants.context import activate
    from tenants.resolution import resolve

    tenant = resolve(host=host, number=None)
    assert tenant is not None
    activate(tenant)
    return tenant


@pytest.fixture
def platform(tmp_path: Path, request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[Live]:
    """A platform with nothing started, on a database of its own. Only for tests marked serial."""
    assert request.node.get_closest_marker("serial"), "mark tests of real servers with @pytest.mark.serial"
    with live(f"slotkeeper_live_{os.getpid()}", tmp_path, django_db_blocker) as running:
        yield running
