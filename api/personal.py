"""Stored answers. Whom one is about is seen from what it says: the ids and the contacts in its body."""

from datetime import datetime
from typing import Final

from django.db import connection

from tenants.personal import Someone, personal, register_step, subjects_of

# One reading of a day's answers. Those under way have no body yet: a later look finds them.
_FORGET: Final = """
    DELETE FROM api_idempotencyrecord AS record
    WHERE status IS NOT NULL AND (
        principal = %(user)s
        OR EXISTS (
            SELECT FROM unnest(%(words)s::text[]) AS word
            WHERE position(convert_to(word, 'UTF8') IN record.body) > 0 OR position(word IN record.key) > 0
        )
        OR EXISTS (
            SELECT FROM regexp_matches(
                convert_from(record.body, 'UTF8'),
                '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g'
            ) AS named (id) WHERE named.id[1]::uuid = ANY(%(ids)s::uuid[])
        )
    )
"""


def _forget_answers(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGET,
            {
                "user": f"user:{who.user_id}",
                "words": [word for word in (str(who.person_id), who.email, who.phone) if word],
                "ids": [who.person_id, *subjects_of(who)],
            },
        )
        return int(cursor.rowcount)


register_step("stored_answers", _forget_answers, at_once=True)
personal(
    "api_idempotencyrecord",
    by="stored_answers",
    secret=("id", "principal", "route", "key", "fingerprint", "status", "headers", "body", "created_at"),
)
