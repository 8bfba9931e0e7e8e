"""`prepare --demo` on an empty database, twice; then what `demo_ids` says of it."""

import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

import orjson
import psycopg
import pytest
from psycopg import sql

from accounts.scopes import SCOPES
from tests.config.running import run
from tests.support.database import owner_connection, owner_url, with_database

# One database for the whole file: xdist would make it once per worker.
pytestmark = pytest.mark.serial

NAME = f"slotkeeper_prepared_{os.getpid()}"


def _environment(*, role: str) -> dict[str, str]:
    return {
        "SLOTKEEPER_ENV": "development",
        "SLOTKEEPER_DATABASE_ROLE": role,
        "SLOTKEEPER_PORT": "8123",
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], NAME),
        "DATABASE_OWNER_URL": with_database(owner_url(), NAME),
        "REDIS_URL": os.environ["REDIS_URL"],
    }


def _prepare() -> str:
    done = run("prepare", "--demo", environment=_environment(role="owner"))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prepared() -> Iterator[str]:
    """An empty database, prepared once; answers what that said."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME))
    with psycopg.connect(owner_url(), autocommit=True) as owner:
        owner.execute(drop)
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        try:
            yield _prepare()
        finally:
            owner.execute(drop)


def _contents() -> dict[str, Any]:
    """A checksum of each table of each schema."""
    with owner_connection(NAME) as owner:
        tables = owner.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'public' OR schemaname LIKE 't\\_%'"
        ).fetchall()
        return {
            f"{schema}.{table}": owner.execute(
                sql.SQL("SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t").format(
                    sql.Identifier(str(schema), str(table))
                )
            ).fetchone()
            for schema, table in tables
        }


def _ids(tenant: str) -> dict[str, Any]:
    done = run("demo_ids", tenant, environment=_environment(role="app"))
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    parsed: dict[str, Any] = orjson.loads(line)
    return parsed


def test_the_first_time_says_what_it_does(prepared: str) -> None:
    assert "Migrated in" in prepared
    assert [f"Demo tenant {slug} created" in prepared for slug in ("harbor", "athletica", "bellevue")] == [True] * 3


def test_the_second_time_changes_nothing(prepared: str) -> None:
    before = _contents()

    said = _prepare()

    assert said == ""
    assert _contents() == before
    assert len(before) > 100


@pytest.mark.parametrize(("slug", "brands"), [("harbor", 2), ("athletica", 1), ("bellevue", 1)])
def test_demo_ids_have_their_shape(prepared: str, slug: str, brands: int) -> None:
    ids = _ids(slug)

    assert set(ids) >= {"tenant", "brands", "coaches", "patients", "oauth_clients", "staff_login"}
    assert set(ids["tenant"]) == {"slug", "number", "business_id", "host"}
    assert (ids["tenant"]["slug"], ids["tenant"]["host"]) == (slug, f"{slug}.localhost")
    assert uuid.UUID(ids["tenant"]["business_id"])
    assert isinstance(ids["tenant"]["number"], int)

    assert len(ids["brands"]) == brands
    for brand in ids["brands"]:
        assert set(brand) == {"id", "slug", "host"}
        assert brand["host"] == (f"{slug}.localhost" if brands == 1 else f"{brand['slug']}.localhost")
    known = {brand["id"] for brand in ids["brands"]}

    for coach in ids["coaches"]:
        assert set(coach) == {"id", "name", "brand_id", "timezone", "next_free_slot"}
        assert coach["brand_id"] in known
        assert coach["timezone"] in available_timezones()
        assert datetime.fromisoformat(coach["next_free_slot"]).tzinfo is not None
    for patient in ids["patients"]:
        assert set(patient) == {"id", "email", "brand_id"}
        assert patient["brand_id"] in known
    assert ids["coaches"]
    assert ids["patients"]
    for client in ids["oauth_clients"]:
        assert set(client) == {"name", "client_id", "client_secret", "scopes"}
        assert set(client["scopes"]) <= set(SCOPES)
    assert {client["name"] for client in ids["oauth_clients"]} == {"web", "backend"}
    assert set(ids["staff_login"]) == {"url", "username", "password"}
    assert ids["staff_login"]["url"] == f"http://{slug}.localhost:8123/admin/"


def test_ids_are_the_same_on_every_machine(prepared: str) -> None:
    ids = _ids("harbor")

    assert ids["tenant"]["number"] == 1001
    assert ids["patients"][0]["email"] == "maya.lindqvist@harbor.example.com"
    assert {uuid.UUID(row["id"]).version for row in ids["patients"] + ids["coaches"] + ids["brands"]} == {5}


def test_nobody_but_the_reader_gets_mail(prepared: str) -> None:
    """The first one in the folder is the reader's own: what the demo itself has planned is for later."""
    with owner_connection(NAME) as owner:
        schemas = owner.execute("SELECT schema_name FROM tenants_tenant").fetchall()
        for (schema,) in schemas:
            table = sql.Identifier(str(schema), "notifications_message")
            soon = sql.SQL(
                "SELECT count(*) FROM {}"
                " WHERE state IN ('planned', 'failed', 'sending') AND due_at < now() + interval '30 minutes'"
            )
            assert owner.execute(soon.format(table)).fetchone() == (0,)
            assert owner.execute(sql.SQL("SELECT count(*) > 0 FROM {}").format(table)).fetchone() == (True,)
