"""When tenants have something to send next."""

from datetime import datetime
from typing import Final

from django.db import connection

from notifications.services import pauses
from notifications.services.rest_endpoint import resting_endpoints
from tenants.due import earliest

# What MessageQuerySet.due and WebhookDeliveryQuerySet.due say, in terms of their indexes, and rules to plan anew.
_WORK: Final = """
    least(
        (SELECT min(due_at) FROM {schema}.notifications_message WHERE state IN ('planned', 'failed') {but}),
        (SELECT min(lease_until) FROM {schema}.notifications_message WHERE state = 'sending'),
        {paused},
        (SELECT now() FROM {schema}.notifications_rule WHERE planned_version < version LIMIT 1),
        (
            -- Of each endpoint the first that no earlier one holds back; not before the end of the endpoint's pause.
            SELECT min(greatest(first.due_at, statement_timestamp() + rest.seconds * interval '1 second'))
            FROM {schema}.notifications_webhookendpoint endpoint
            CROSS JOIN LATERAL (
                SELECT due_at FROM {schema}.notifications_webhookdelivery delivery
                WHERE delivery.endpoint_id = endpoint.id AND state IN ('planned', 'failed') AND (
                    SELECT earlier.id FROM {schema}.notifications_webhookdelivery earlier
                    WHERE earlier.endpoint_id = delivery.endpoint_id AND earlier.subject_id = delivery.subject_id
                        AND earlier.state IN ('planned', 'failed', 'sending') AND earlier.id < delivery.id
                    ORDER BY earlier.id LIMIT 1
                ) IS NULL
                ORDER BY due_at LIMIT 1
            ) first
            LEFT JOIN {rests} ON rest.endpoint = endpoint.id
        ),
        (SELECT min(lease_until) FROM {schema}.notifications_webhookdelivery WHERE state = 'sending')
    )
"""
_NO_RESTS: Final = "(SELECT NULL::uuid, NULL::float8 WHERE false) rest (endpoint, seconds)"

# Of each paused channel the first message, not before the end of the pause.
_AFTER_PAUSES: Final = """
    (
        SELECT min(greatest(first.due_at, statement_timestamp() + pause.seconds * interval '1 second'))
        FROM unnest(%(channels)s::text[], %(brands)s::uuid[], %(pauses)s::float8[]) pause (channel, brand, seconds)
        CROSS JOIN LATERAL (
            SELECT due_at FROM notifications_message
            WHERE state IN ('planned', 'failed') AND channel = pause.channel AND brand_id = pause.brand
            ORDER BY due_at LIMIT 1
        ) first
    )
"""


def next_due_of_all() -> dict[str, datetime]:
    """The active tenants with something to do, now or later, and when. A few statements for all of them."""
    return earliest(_WORK.replace("{but}", "").replace("{paused}", "NULL").replace("{rests}", _NO_RESTS))


def next_due_here() -> datetime | None:
    """When the current tenant has something to do: messages of paused channels when the pause is over, and webhooks
    when that of their endpoint is."""
    left_alone = pauses.paused()
    resting = resting_endpoints()
    statement = (
        _WORK.replace(
            "{but}", "AND (channel, brand_id) NOT IN (SELECT * FROM unnest(%(channels)s::text[], %(brands)s::uuid[]))"
        )
        .replace("{paused}", _AFTER_PAUSES)
        .replace("{rests}", "unnest(%(endpoints)s::uuid[], %(seconds)s::float8[]) rest (endpoint, seconds)")
        .replace("{schema}.", "")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {statement}",
            {
                "channels": [channel for channel, _ in left_alone],
                "brands": [brand_id for _, brand_id in left_alone],
                "pauses": list(left_alone.values()),
                "endpoints": list(resting),
                "seconds": list(resting.values()),
            },
        )
        due: datetime | None = cursor.fetchone()[0]
    return due
