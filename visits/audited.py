from tenants.audit.registry import audited

PROVIDER = audited(
    "visits_provider",
    kind="provider",
    subject=("staff_member", "staff_member_id"),
    brand="brand_id",
    owner=("staff_member", "staff_member_id"),
    plain=("id", "staff_member_id", "brand_id"),
    personal=("specialty", "npi", "metadata"),
    secret=("meeting_url",),
    bookkeeping=("created_at", "updated_at"),
)
SLOT = audited(
    "visits_slot",
    kind="slot",
    subject=("slot", "id"),
    brand="brand_id",
    plain=("id", "provider_id", "brand_id", "starts_at", "ends_at", "closed_at"),
    bookkeeping=("created_at",),
)
VISIT = audited(
    "visits_visit",
    kind="visit",
    subject=("visit", "id"),
    brand="brand_id",
    owner=("client", "client_id"),
    plain=(
        "id",
        "brand_id",
        "slot_id",
        "provider_id",
        "client_id",
        "service_id",
        "starts_at",
        "duration_minutes",
        "status",
        "status_before",
        "cancelled_at",
        "cancel_fee_minor",
        "cancel_notice_minutes",
        "cancel_fee_percent",
        "price_minor",
        "currency",
        "assignment",
    ),
    # Free text about the client, whoever wrote it.
    personal=("reason", "notes", "cancel_reason"),
    # Whoever has it can walk into the room.
    secret=("meeting_url",),
    bookkeeping=("version", "schedule_version", "created_at", "updated_at"),
)
