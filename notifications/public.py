"""What other apps may use of notifications."""

from notifications.calendars.document import CONTENT_TYPE as CALENDAR_TYPE
from notifications.calendars.export import calendar_of_person
from notifications.rules import Event, Stage
from notifications.selectors import message_timeline, message_timelines
from notifications.services.announce import announce, announce_all
from notifications.services.measure_queues import Queue, measure_queues, measure_webhook_queues
from notifications.services.measure_sending import Hour, Sending, measure_sending
from notifications.subjects import NOBODY, Former, Occasion, Source, SubjectFacts, register_shown, register_subject

__all__ = [
    "CALENDAR_TYPE",
    "NOBODY",
    "Event",
    "Former",
    "Hour",
    "Occasion",
    "Queue",
    "Sending",
    "Source",
    "Stage",
    "SubjectFacts",
    "announce",
    "announce_all",
    "calendar_of_person",
    "measure_queues",
    "measure_sending",
    "measure_webhook_queues",
    "message_timeline",
    "message_timelines",
    "register_shown",
    "register_subject",
]
