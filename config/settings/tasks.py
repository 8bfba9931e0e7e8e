"""Celery. The broker wakes workers; what must not be lost is a row in Postgres."""

from config.settings.environment import TESTING, env

__all__ = [
    "CELERY_BEAT_SCHEDULE",
    "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP",
    "CELERY_BROKER_TRANSPORT_OPTIONS",
    "CELERY_BROKER_URL",
    "CELERY_TASK_ACKS_LATE",
    "CELERY_TASK_IGNORE_RESULT",
    "CELERY_TASK_PUBLISH_RETRY",
    "CELERY_TASK_REJECT_ON_WORKER_LOST",
    "CELERY_TASK_ROUTES",
    "CELERY_TASK_SOFT_TIME_LIMIT",
    "CELERY_TASK_TIME_LIMIT",
    "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS",
    "CELERY_WORKER_HIJACK_ROOT_LOGGER",
    "CELERY_WORKER_PREFETCH_MULTIPLIER",
    "REDIS_URL",
]

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# task limit (60 s) < lease of a message (120 s) < visibility timeout (600 s): a slow task is
# stopped before its lease ends, and the broker redelivers only what no worker still holds.
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    # Short, so that a request that wakes a worker answers within a second even when Valkey is gone.
    "socket_connect_timeout": 0.4,
    "socket_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A task goes on without its broker: who is stopped between handing over a mail and writing that down sends it twice.
# Where the broker then gives the task to another worker, leases in Postgres keep the two apart.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Messages leave through a queue and workers of their own: slow mail servers hold up neither the sweep nor any else.
CELERY_TASK_ROUTES = {
    "notifications.work": {"queue": "sending"},
    "notifications.test_channel": {"queue": "sending"},
}

CELERY_BEAT_SCHEDULE = {
    "notifications.sweep": {
        "task": "notifications.sweep",
        "schedule": 0.5 if TESTING else 1.0,
        # A sweep that waited longer than this is worth nothing: the next one does the same.
        "options": {"expires": 10},
    },
    # Finds what the sweep was given no hint of, or a lost one: lateness of at most 60 s.
    "notifications.rotate": {
        "task": "notifications.rotate",
        "schedule": 3.0 if TESTING else 30.0,
        "options": {"expires": 30},
    },
    # Places that were offered and not booked in time: late by this and no more.
    "bookings.sweep_lines": {
        "task": "bookings.sweep_lines",
        "schedule": 3.0 if TESTING else 30.0,
        "options": {"expires": 30},
    },
    "accounts.sweep_mails": {
        "task": "accounts.sweep_mails",
        "schedule": 0.5 if TESTING else 5.0,
        "options": {"expires": 10},
    },
    "api.forget_idempotency_keys": {
        "task": "api.forget_idempotency_keys",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # Goes on with what a killed worker has left, and takes the last look.
    "scheduling.sweep_erasures": {
        "task": "scheduling.sweep_erasures",
        "schedule": 0.5 if TESTING else 5.0,
        "options": {"expires": 10},
    },
    "scheduling.forget_holds": {
        "task": "scheduling.forget_holds",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "notifications.forget_deliveries": {
        "task": "notifications.forget_deliveries",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "accounts.forget_expired": {
        "task": "accounts.forget_expired",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}
