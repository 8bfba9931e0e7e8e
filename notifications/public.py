"""What other apps may use of notifications."""

from notifications.services.measure_queues import Queue, measure_queues
from notifications.services.plan_messages import plan_messages, supersede_messages
from notifications.subjects import SubjectFacts, register_subject

__all__ = ["Queue", "SubjectFacts", "measure_queues", "plan_messages", "register_subject", "supersede_messages"]
