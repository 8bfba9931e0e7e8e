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
        "changed_xid",
        "planning_kind",
        "planning_after",
        "created_at",
        "updated_at",
    ),
)
