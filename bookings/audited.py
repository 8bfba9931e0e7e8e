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
SPORT = audited("bookings_sport", kind="sport", subject=("sport", "id"), plain=("id", "name", "is_active"))
EVENT_SETTINGS = audited(
    "bookings_eventsettings",
    kind="event_settings",
    subject=("brand", "brand_id"),
    brand="brand_id",
    plain=("id", "brand_id", "allows_overlaps", "offer_minutes"),
)
TIME_SLOT = audited(
    "bookings_timeslot",
    kind="time_slot",
    subject=("time_slot", "id"),
    brand="brand_id",
    plain=(
        "id",
        "coach_id",
        "brand_id",
        "sport_id",
        "starts",
        "ends",
        "timezone",
        "participants",
        "kind",
        "age_from",
        "age_to",
        "price",
        "address_id",
        "is_public",
        "level",
        "eligibility",
        "needs_approval",
    ),
    bookkeeping=("created_at",),
)
EVENT = audited(
    "bookings_event",
    kind="event",
    subject=("event", "id"),
    brand="brand_id",
    owner=("staff_member", "coach_id"),
    plain=(
        "id",
        "time_slot_id",
        "coach_id",
        "brand_id",
        "date",
        "starts_at",
        "ends_at",
        "capacity",
        "status",
        "canceled_at",
        "canceled_by_role",
        "cancellation_reason_code",
    ),
    personal=("cancellation_reason_text",),
    # How many places are taken, the bookings tell.
    bookkeeping=("taken", "version", "created_at", "updated_at"),
)
ORDER = audited(
    "bookings_order",
    kind="order",
    subject=("order", "id"),
    brand="brand_id",
    plain=("id", "client_id", "brand_id", "payment_status"),
    bookkeeping=("created_at",),
)
EVENT_BOOKING = audited(
    "bookings_eventbooking",
    kind="event_booking",
    subject=("event_booking", "id"),
    brand="brand_id",
    # Not the client alone: why it was canceled, its coach may have said.
    owner=("event_booking", "id"),
    plain=(
        "id",
        "order_id",
        "event_id",
        "client_id",
        "brand_id",
        "status",
        "price",
        "cardinality",
        "completed",
        "canceled_at",
        "canceled_by_role",
        "cancellation_reason_code",
        "dismissed_at",
    ),
    # Free text about the client, whoever wrote it.
    personal=("note", "cancellation_reason_text"),
    bookkeeping=("version", "schedule_version", "created_at", "updated_at"),
)
WAITING_PLACE = audited(
    "bookings_waitingplace",
    kind="waiting_place",
    subject=("waiting_place", "id"),
    brand="brand_id",
    plain=("id", "event_id", "client_id", "brand_id", "number", "state", "offered_until"),
    bookkeeping=("version", "schedule_version", "created_at", "updated_at"),
)
DISPUTE_REASON = audited(
    "bookings_disputereason",
    kind="dispute_reason",
    subject=("dispute_reason", "id"),
    plain=("id", "name", "is_active"),
)
DISPUTE = audited(
    "bookings_dispute",
    kind="dispute",
    subject=("event_booking", "booking_id"),
    # Of both sides: whoever of the two is erased.
    owner=("event_booking", "booking_id"),
    plain=("id", "booking_id", "disputer_id", "reason_id", "opened_at", "resolved_at"),
    # What both sides say of each other.
    personal=("comment", "resolution"),
)
