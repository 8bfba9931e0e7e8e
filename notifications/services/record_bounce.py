"""Taking in what a mail server sent back."""

from datetime import datetime

from notifications.channels.email.reports import MailReport
from notifications.models import Message
from notifications.rules.reports import Report
from notifications.services.find_reported import find_reported
from notifications.services.record_delivery import record_delivery


def record_bounce(*, report: MailReport, now: datetime) -> Message | None:
    """Records what a mail says of a message of the current tenant; None where that is nothing to be written down.

    Raises MessageNotFoundError and NeverSentError.
    """
    message = find_reported(reference=report.message_id)
    if report.kind is None:
        return None
    return record_delivery(message=message, report=Report(report.kind, now, report.detail), now=now)
