from tenants.audit.registry import audited

OFFICE_HOUR = audited(
    "bookings_officehour",
    kind="office_hour",
    subject=("office_hour", "id"),
    brand="brand_id",
    plain=(
        "id",
        "coach_id",
        "brand_id",
        "weekdays",
        "date",
        "start_time",
        "end_time",
        "timezone",
        "duration_minutes",
        "notice_minutes",
        "horizon_days",
        "valid_from",
        "valid_until",
        "is_active",
    ),
    bookkeeping=("created_at",),
)
OFFICE_HOUR_EXCEPTION = audited(
    "bookings_officehourexception",
    kind="office_hour_exception",
    subject=("office_hour", "office_hour_id"),
    plain=("id", "office_hour_id", "date", "start_time", "end_time"),
)
COACH_BOOKING = audited(
    "bookings_coachbooking",
    kind="coach_booking",
    subject=("coach_booking", "id"),
    brand="brand_id",
    owner=("client", "client_id"),
    plain=(
        "id",
        "office_hour_id",
        "coach_id",
        "client_id",
        "brand_id",
        "starts_at",
        "duration_minutes",
        "status",
        "cancelled_at",
    ),
    # Free text about the client, whoever wrote it.
    personal=("notes", "cancel_reason"),
    bookkeeping=("version", "schedule_version", "created_at", "updated_at"),
)
