"""Who is changing things: a setting of the transaction, or of the connection, that the triggers read.

One setting holds both the actor and the request's id, because each setting costs a booking a statement.
It comes by `SET LOCAL` and not by `set_config`, which would never reach a worker of Citus.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection

_UNSAFE = re.compile(r"[^A-Za-z0-9._:@/-]")
_LONGEST = 128


def sign(*, actor: str, request_id: str = "") -> None:
    """Signs what the current transaction changes from here on: `user:<id>`, `application:<id>`, ...

    Ends with the transaction; under a savepoint that is rolled back, with that.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {_setting(actor, request_id)}")


@contextmanager
def signed(*, actor: str, request_id: str = "") -> Iterator[None]:
    """Signs all transactions of the block, for what opens many of them. A transaction's own `sign` comes first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET {_setting(actor, request_id)}")
    try:
        yield
    finally:
        _forget()


def _setting(actor: str, request_id: str) -> str:
    # A blank parts the two and a quote would end the literal: neither is among what is left.
    signature = " ".join(_UNSAFE.sub("_", text)[:_LONGEST] for text in (actor, request_id))
    return f"slotkeeper.signature = '{signature}'"


def _forget() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("RESET slotkeeper.signature")
    except Error:  # the connection is of no use any more; a new one starts unsigned
        connection.close()
