"""Django REST framework and the OpenAPI documents."""

__all__ = ["REST_FRAMEWORK", "SPECTACULAR_SETTINGS"]

_DESCRIPTION = """
Multi-tenant scheduling: one ledger of taken time behind every endpoint.

- **Tenant:** its own host name, or `X-Tenant` with its number.
- **Token:** `Authorization: Bearer ...`, of that tenant. Each operation names scopes; the token needs one of them.
- **Errors** have the form of their family of endpoints and a `code` that never changes: [all codes](/docs/errors).
- **Repeating:** `Idempotency-Key` makes a write safe to send again. **Versions:** `ETag` and `If-Match`.
- Fields that a body has too much are ignored; new fields may come in answers.

Each example works against the demo tenant `harbor` (number 1001) as it stands.
"""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.ScopePermission"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.OrjsonRenderer"],
    "DEFAULT_SCHEMA_CLASS": "api.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.renderers.AlwaysJSON",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Slotkeeper",
    "DESCRIPTION": _DESCRIPTION,
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_NAME_OVERRIDES": {
        "Unavailable": "scheduling.api.availability_shapes.REASONS",
        "CoachBookingStatus": "bookings.api.serializers.STATUSES",
        "EventBookingStatus": "bookings.api.event_booking_shapes.STATUSES",
        "EventStatus": "bookings.api.event_shapes.EVENT_STATUSES",
        "EventLevel": "bookings.api.event_shapes.LEVELS",
        "CancellationReasonCode": "bookings.api.event_shapes.CANCELLATION_CODES",
        "VisitStatus": "visits.api.visit_shapes.STATUSES",
        "MessageState": "notifications.api.message_serializers.STATES",
        "MessageReason": "notifications.api.message_serializers.ANSWERED_WHYS",
        "NotificationEvent": "notifications.api.message_serializers.EVENTS",
        "NotificationChannel": "notifications.api.message_serializers.CHANNELS",
        "CalendarFeedKind": "notifications.api.feed_shapes.KINDS",
        "CalendarFeedLevel": "notifications.api.feed_shapes.LEVELS",
        "WebhookEventType": "notifications.api.webhooks.serializers.EVENT_TYPES",
        "WebhookDeliveryState": "notifications.api.webhooks.serializers.STATES",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "WEBHOOKS": [
        "notifications.api.webhooks.catalogue.BOOKING_EVENT",
        "notifications.api.webhooks.catalogue.TEST_WEBHOOK",
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.openapi_document.finish",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "DISABLE_ERRORS_AND_WARNINGS": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "TAGS": [
        {"name": "coach-bookings", "description": "Office hours of coaches and the bookings in them."},
        {"name": "events", "description": "Events of coaches, and what they refer to."},
        {"name": "orders", "description": "Places in several events, ordered at once."},
        {"name": "waiting", "description": "Lines for events that are full."},
        {"name": "event-bookings", "description": "Places in events, and what becomes of them."},
        {"name": "user-data", "description": "All that is held about somebody: read and erased."},
        {"name": "histories", "description": "What somebody took part in and what they led."},
        {"name": "providers", "description": "Providers of visits."},
        {"name": "availability", "description": "What is free, why something is not, and holding it."},
        {"name": "slots", "description": "Time that providers offer for visits."},
        {"name": "visits", "description": "Visits, and what becomes of them."},
        {"name": "bookings", "description": "What concerns bookings of every kind."},
        {"name": "messages", "description": "What was told to whom, and why something was not."},
        {"name": "notifications", "description": "Who is told what, when, how and in which words."},
        {"name": "calendar-feeds", "description": "Secret addresses at which calendar programs read bookings."},
        {"name": "people", "description": "Clients and staff."},
        {"name": "suppressions", "description": "Who is written to no more, and what came back."},
        {"name": "channels", "description": "Accounts that carry messages: mail, SMS, push and chat."},
        {"name": "webhooks", "description": "Who is told by HTTP what happens to bookings, and what became of it."},
        {"name": "audit", "description": "Who changed what."},
    ],
}
