"""What other apps may use of notifications."""

from notifications.rules import Event, Stage
from notifications.services.announce import announce
from notifications.services.measure_queues import Queue, measure_queues
from notifications.subjects import Occasion, Source, SubjectFacts, register_subject

__all__ = [
    "Event",
    "Occasion",
    "Queue",
    "Source",
    "Stage",
    "SubjectFacts",
    "announce",
    "measure_queues",
    "register_subject",
]
