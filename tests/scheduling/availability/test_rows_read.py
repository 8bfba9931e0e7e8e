"""The cost of a question does not grow with all that was ever booked, nor with what is booked far ahead."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from scheduling.rules.intervals import Period
from scheduling.rules.minutes import Frame
from scheduling.selectors.calendars import calendars
from tenants.context import use
from tenants.resolution import resolve
from tests.scheduling.ledger import make_resource
from tests.support import cast
from tests.support.committed import committed
from tests.support.database import owner_connection

NINE = datetime(2030, 1, 7, 9, tzinfo=UTC)
FRAME = Frame.around(Period(NINE, NINE + timedelta(hours=3)), before=0, after=0)
ROOMS, EACH = 10, 1_000
# Until Postgres keeps one plan for all values: the second time it is prepared, and then planned anew five times.
OFTEN_ENOUGH = 8


@pytest.fixture
def rooms(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[int]]:
    """Each with a reservation an hour, half of them before nine; and Postgres knows how many there are."""
    with committed(django_db_blocker) as database:
        tenant = resolve(host="north.test", number=None)
        assert tenant is not None
        with use(tenant):
            rooms = [make_resource() for _ in range(ROOMS)]
            with connection.cursor() as cursor:
                cursor.execute(
                    """
                    INSERT INTO scheduling_reservation
                        (resource_id, during, exclusive, active, subject_kind, subject_id, overbook_reason, created_at)
                    SELECT room, tstzrange(at, at + interval '30 minutes'), true, true, 'test', gen_random_uuid(), '',
                        at
                    FROM generate_series(1, %(each)s) AS number,
                        LATERAL (SELECT %(nine)s + interval '1 hour' * (number - %(each)s / 2) AS at) AS hour,
                        unnest(%(rooms)s::bigint[]) AS room
                    """,
                    {"rooms": rooms, "nine": NINE, "each": EACH},
                )
            with owner_connection(database) as owner:
                owner.execute("ANALYZE")
            yield rooms


def test_only_rows_of_the_frame_are_read(rooms: list[int]) -> None:
    brand_id = cast.main_brand().pk
    read = []
    for _ in range(OFTEN_ENOUGH):
        with transaction.atomic():
            before = _rows_read()
            calendars(resource_ids=rooms, brand_id=brand_id, frame=FRAME)
            read.append(_rows_read() - before)

    # Three of each room, and twice the one before, which might have lasted into the frame.
    assert max(read) <= ROOMS * (3 + 2), read


def _rows_read() -> int:
    """How many reservations this transaction has looked at, wanted or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables"
            " WHERE relname = 'scheduling_reservation' AND schemaname = current_schema()"
        )
        (number,) = cursor.fetchone()
    return int(number)
