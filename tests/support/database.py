"""Databases for tests: one template with two tenants, made once by the real commands, and cheap copies of it."""

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = f"slotkeeper_template_{os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))}"
# The same with the demo tenants.
DEMO = f"{TEMPLATE}_demo"


def with_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def owner_url() -> str:
    return os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]


@contextmanager
def database(name: str, *, template: str = TEMPLATE) -> Iterator[str]:
    """A fresh copy of a template; answers the URL of the role `app`. Gone after the block."""
    _make_template()
    if template == DEMO:
        _make_demo()
    with _owner() as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    try:
        yield with_database(os.environ["DATABASE_URL"], name)
    finally:
        with _owner() as connection:
            connection.execute(drop)


def owner_connection(name: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection as the owner, for what the role `app` may not do."""
    return psycopg.connect(with_database(owner_url(), name), autocommit=True)


@contextmanager
def _owner() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(owner_url(), autocommit=True) as connection:
        yield connection


def _make_template() -> None:
    _make(
        TEMPLATE,
        ["prepare", "--no-demo"],
        ["create_tenant", "north", "--name", "North", "--domain", "north.test", "--timezone", "Europe/Berlin"],
        ["create_tenant", "south", "--name", "South", "--domain", "south.test"],
    )


def _make_demo() -> None:
    _make(DEMO, ["prepare", "--demo"])


def _make(template: str, *commands: list[str]) -> None:
    """Once per run: the workers of xdist wait for the first of them."""
    with Path(tempfile.gettempdir(), f"{template}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _owner() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
            if found:
                return
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
        environment = {
            **os.environ,
            "DATABASE_URL": with_database(os.environ["DATABASE_URL"], template),
            "DATABASE_OWNER_URL": with_database(owner_url(), template),
        }
        for command in commands:
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )


def drop_template() -> None:
    with _owner() as connection:
        for template in (TEMPLATE, DEMO):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(template)))
