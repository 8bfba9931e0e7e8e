"""Every column of a tenant says what becomes of it when somebody is erased: read from Django's registry."""

from collections import Counter
from typing import Any

import pytest
from django.db import connection, models

from tenants import personal
from tenants.personal import Table
from tests.audit.test_coverage import _models


def _unclassified(tables: list[Table]) -> dict[str, list[str]]:
    """By table the columns that stand in no list, or in two of them; and tables that are none."""
    said = {table.table: table for table in tables}
    found = {name: ["no such table"] for name in said.keys() - _models().keys()}
    for name, model in _models().items():
        columns = {str(field.column) for field in model._meta.local_concrete_fields}
        named = Counter(said[name].columns) if name in said else Counter()
        wrong = sorted(column for column in columns | set(named) if named[column] != 1 or column not in columns)
        if wrong:
            found[name] = wrong
    return found


def test_every_column_is_classified_once() -> None:
    assert _unclassified(personal.tables()) == {}


@pytest.mark.parametrize(
    ("table", "column"), [("scheduling_person", "phone"), ("bookings_eventbooking", "note"), ("accounts_user", "email")]
)
def test_a_forgotten_column_is_found(table: str, column: str) -> None:
    """The test above can fail: a new field is in no list."""
    model = _models()[table]
    kept = [one for one in personal.tables() if one.table != table]
    rest = tuple(str(f.column) for f in model._meta.local_concrete_fields if f.column != column)
    assert _unclassified([*kept, Table(table=table, kept={"For this test.": rest})]) == {table: [column]}


def test_a_forgotten_table_is_found() -> None:
    found = _unclassified([one for one in personal.tables() if one.table != "visits_provider"])
    assert "npi" in found["visits_provider"]


def test_what_is_erased_says_whose_it_is() -> None:
    steps = {step.name for step in personal.steps()} | {"identity"}
    for table in personal.tables():
        if table.erased or table.removed or table.secret:
            assert table.of or table.by, table.table
        assert not table.by or table.by in steps, table.table


def test_what_is_erased_may_be_empty() -> None:
    """The database takes what a column becomes."""
    for table in personal.tables():
        fields = {str(field.column): field for field in table.model._meta.local_concrete_fields}
        for column, value in table.erased.items():
            assert value is not None or fields[column].null or table.by, f"{table.table}.{column}"
            if isinstance(value, str) and isinstance(fields[column], models.CharField):
                assert len(value) <= (fields[column].max_length or 10_000)


def test_nobody_in_particular_has_no_rows(north: Any) -> None:
    """Whoever is no client and no staff member is not taken for everybody."""
    from tenants.ids import new_id

    who = personal.Someone(person_id=new_id())
    assert dict(personal.export(who)) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scheduling_person")
        before = cursor.fetchone()
        for table in personal.tables():
            if table.table != "django_admin_log":
                assert not table.rows_of(who).exists(), table.table
                assert table.erase(who) == 0, table.table
        cursor.execute("SELECT count(*) FROM scheduling_person")
        assert cursor.fetchone() == before
