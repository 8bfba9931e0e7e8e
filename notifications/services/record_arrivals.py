"""Writing down at once that many mails have arrived: most of what mail providers report."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection, transaction

from notifications.models import Message
from notifications.rules import MessageState
from notifications.rules.reports import Report, ReportKind, is_written
from notifications.services.record_delivery import told_since_sent


@transaction.atomic
def record_arrivals(reports: Mapping[UUID, Report]) -> set[UUID]:
    """Writes a delivery down for each of these messages, as `record_delivery` would; answers those that are dealt with.

    The others are for `record_delivery`: more than a line follows from theirs, or somebody holds their row.
    """
    free = Message.objects.filter(state=MessageState.SENT).order_by("pk").select_for_update(skip_locked=True)
    messages = list(free.filter(pk__in=reports))
    news = [
        message
        for message in messages
        if ReportKind.DELIVERED not in told_since_sent(message) and not is_written(reports[message.pk], message.history)
    ]
    if not news:
        return {message.pk for message in messages}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message message SET history = message.history || jsonb_build_object(
                'at', statement_timestamp(), 'state', message.state, 'why', message.why, 'reason', news.reason,
                'report', 'delivered', 'reported_at', news.reported_at)
            FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS news (id, reason, reported_at)
            WHERE message.id = news.id
            """,
            [
                [message.pk for message in news],
                [reports[message.pk].text for message in news],
                [reports[message.pk].at for message in news],
            ],
        )
    return {message.pk for message in messages}
