from tenants.audit.registry import audited

RULE = audited(
    "notifications_rule",
    kind="notification_rule",
    subject=("notification_rule", "id"),
    brand="brand_id",
    plain=("id", "event", "audience", "channel", "brand_id", "lateness_minutes", "is_active"),
)
