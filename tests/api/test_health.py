"""`/livez` and `/readyz`: what is degraded is said, not hidden."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from api.middleware import health
from tests.support.smtp import free_port


@pytest.fixture
def probe() -> Client:
    return Client(raise_request_exception=False)


def test_a_living_process_says_so_whatever_the_host(probe: Client) -> None:
    answer = probe.get("/livez", headers={"Host": "nobody.example.com"})

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("host", ["localhost", "north.test", "unknown.test"])
def test_a_platform_that_can_work_is_ready_and_no_tenant_matters(db: None, probe: Client, host: str) -> None:
    answer = probe.get("/readyz", headers={"Host": host})

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok", "broker": "ok"})


def test_without_the_broker_it_is_degraded_and_still_ready(db: None, probe: Client, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    answer = probe.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "database": "ok",
        "broker": "unreachable: bookings work, mail is late",
    }


def test_missing_migrations_make_it_unavailable(db: None, probe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "schemas_behind", lambda: ["public", "t_1"])

    answer = probe.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert "prepare" in answer.json()["database"]


def test_a_tenant_that_is_behind_degrades_it(db: None, probe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "schemas_behind", lambda: ["t_1"])

    answer = probe.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "1 schema(s)" in answer.json()["database"]


def test_without_the_database_it_is_unavailable_and_alive(own_database: str, probe: Client) -> None:
    with _database_gone():
        ready, alive = probe.get("/readyz"), probe.get("/livez")

    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
    assert alive.status_code == 200
    assert probe.get("/readyz").status_code == 200  # and back again


def test_without_the_database_a_request_is_503_in_its_familys_envelope(own_database: str, probe: Client) -> None:
    with _database_gone():
        for host in ("north.test", "localhost"):
            answer = probe.get("/v1/clients", headers={"Host": host, "X-Tenant": "1001", "Authorization": "Bearer x"})

            assert answer.status_code == 503, answer.content
            assert answer["Retry-After"] == "1"
            assert answer.json()["code"] == "server_busy"


class _database_gone:  # noqa: N801 - reads as a phrase
    """For the block, the server is not where it was."""

    def __enter__(self) -> None:
        connection.close()
        self.port = connection.settings_dict["PORT"]
        connection.settings_dict["PORT"] = free_port()

    def __exit__(self, *_: object) -> None:
        connection.close()
        connection.settings_dict["PORT"] = self.port
