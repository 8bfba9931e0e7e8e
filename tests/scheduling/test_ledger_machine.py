"""Any sequence of reserve, overbook, move and release, on real Postgres, does what a plain model does.

The same sequences without the constraint end in overlapping time: the test sees what it is there for.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from psycopg import sql

from tenants.context import use
from tenants.resolution import ResolvedTenant, forget, resolve
from tests.scheduling.machine import Ledger
from tests.scheduling.properties import bounded
from tests.support.database import database, owner_connection

_sequences = settings(bounded, max_examples=40, stateful_step_count=20)


def test_every_sequence_does_what_the_model_does(north: Any) -> None:
    run_state_machine_as_test(Ledger, settings=_sequences)


def test_without_the_constraint_a_sequence_ends_in_overlapping_time(unprotected: ResolvedTenant) -> None:
    with use(unprotected), transaction.atomic(), pytest.raises(AssertionError, match=r"overlaps|taken time is refused"):
        run_state_machine_as_test(
            Ledger,
            settings=settings(_sequences, phases=[Phase.generate], print_blob=False, report_multiple_bugs=False),
        )


@pytest.fixture
def unprotected(django_db_setup: None, django_db_blocker: Any) -> Iterator[ResolvedTenant]:
    """The tenant north of a database of its own, whose ledger has lost its constraint."""
    before = connection.settings_dict["NAME"]
    name = f"slotkeeper_unprotected_{os.getpid()}"
    with database(name), django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        forget()
        try:
            tenant = resolve(host="north.test", number=None)
            assert tenant is not None
            with owner_connection(name) as owner:
                owner.execute(
                    sql.SQL("ALTER TABLE {}.scheduling_reservation DROP CONSTRAINT reservation_no_overlap").format(
                        sql.Identifier(tenant.schema_name)
                    )
                )
            yield tenant
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
            forget()
