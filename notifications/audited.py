from tenants.audit.registry import audited

RULE = audited(
    "notifications_rule",
    kind="notification_rule",
    subject=("notification_rule", "id"),
    brand="brand_id",
    plain=(
        "id",
        "name",
        "event",
        "offset_minutes",
        "audience",
        "channel",
        "brand_id",
        "subject_kind",
        "service_ids",
        "quiet_from",
        "quiet_until",
        "lateness_minutes",
        "is_essential",
        "is_active",
        "archived_at",
    ),
    # Whose it is nobody can say: it is never recorded.
    secret=("address",),
    bookkeeping=(
        "version",
        "planned_version",
        "planning_kind",
        "planning_after",
        "created_at",
        "updated_at",
    ),
)

SUPPRESSION = audited(
    "notifications_suppression",
    kind="suppression",
    subject=("suppression", "id"),
    brand="brand_id",
    # Not a person's: the address may be nobody's that the tenant knows.
    owner=("suppression", "id"),
    plain=("id", "channel", "brand_id", "reason", "scope", "message_id", "ended_at"),
    personal=("address", "note"),
    bookkeeping=("version", "created_at"),
)

CHANNEL_ACCOUNT = audited(
    "notifications_channelaccount",
    kind="channel_account",
    subject=("channel_account", "id"),
    brand="brand_id",
    plain=("id", "channel", "brand_id", "provider", "settings", "is_active"),
    secret=("secrets", "reports_secret"),
    bookkeeping=(
        "secrets_set_at",
        "reported_at",
        "test_to",
        "test_asked_at",
        "tested_at",
        "test_ok",
        "test_text",
        "version",
        "created_at",
        "updated_at",
    ),
)

TEMPLATE = audited(
    "notifications_template",
    kind="notification_template",
    subject=("notification_rule", "rule_id"),
    brand="brand_id",
    plain=("id", "rule_id", "brand_id", "language", "subject", "text", "html"),
    bookkeeping=("version", "failed_at", "failure", "created_at", "updated_at"),
)

CALENDAR_FEED = audited(
    "notifications_calendarfeed",
    kind="calendar_feed",
    subject=("calendar_feed", "id"),
    brand="brand_id",
    owner=("calendar_feed", "id"),
    plain=(
        "id",
        "brand_id",
        "staff_member_id",
        "room_id",
        "client_id",
        "level",
        "prefix",
        "created_by_id",
        "rotated_at",
        "revoked_at",
    ),
    # Says who uses it.
    personal=("name",),
    secret=("digest",),
    bookkeeping=("version", "created_at", "last_used_at"),
)

WEBHOOK_ENDPOINT = audited(
    "notifications_webhookendpoint",
    kind="webhook_endpoint",
    subject=("webhook_endpoint", "id"),
    brand="brand_id",
    plain=(
        "id",
        "brand_id",
        "event_types",
        "description",
        "previous_until",
        "is_active",
        "disabled_at",
        "disabled_why",
        "archived_at",
    ),
    # An address may carry the receiver's token.
    secret=("url", "secret", "previous_secret"),
    bookkeeping=("version", "served_at", "created_at", "updated_at"),
)
