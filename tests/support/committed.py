"""A database of one test's own, where transactions commit for real: for threads, and for what changes tables."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

from tests.support.database import database

Result = TypeVar("Result")


@contextmanager
def committed(blocker: Any) -> Iterator[str]:
    """Points this process at a fresh copy of the template; answers its name. Not together with `db`."""
    name = f"slotkeeper_own_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with database(name), pointed_at(name, blocker):
        yield name


@contextmanager
def pointed_at(name: str, blocker: Any) -> Iterator[None]:
    """Points this process, with all its threads, at another database for the length of the block."""
    from django.db import connection

    from tenants.context import activate_public
    from tenants.resolution import forget

    before = connection.settings_dict["NAME"]
    with blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        forget()
        try:
            yield
        finally:
            activate_public()
            connection.close()
            connection.settings_dict["NAME"] = before
            forget()


def in_threads(*calls: Callable[[], Result]) -> list[Result]:
    """Runs each call in a thread of its own, with a connection of its own; answers what they answered."""
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(_closing, call) for call in calls]]


def _closing(call: Callable[[], Result]) -> Result:
    from django.db import connections

    try:
        return call()
    finally:
        connections.close_all()


def at_once(tenant: Any, *calls: Callable[[], str]) -> list[str]:
    """Runs the calls inside a tenant, each in a thread of its own and all from one moment on; answers what they
    answered, or the code of the refusal, or Postgres' own."""
    from django.db import Error

    from tenants.context import use
    from tenants.errors import DomainError

    start = Barrier(len(calls))

    def run(call: Callable[[], str]) -> str:
        try:
            with use(tenant):
                start.wait(timeout=30)
                return call()
        except DomainError as error:
            return error.code
        except Error as error:
            return str(getattr(error.__cause__, "sqlstate", error))

    return in_threads(*[partial(run, call) for call in calls])
