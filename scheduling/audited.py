"""What of people, places and hours is recorded. A person's names and contacts are theirs, and so is the name
of a staff member's calendar."""

from tenants.audit.registry import audited

PERSON = audited(
    "scheduling_person",
    kind="person",
    subject=("person", "id"),
    owner=("person", "id"),
    plain=("id", "user_id", "language", "timezone", "erased_at"),
    personal=("given_name", "family_name", "email", "phone", "birth_date", "gender"),
    bookkeeping=("version", "created_at", "updated_at"),
)
CLIENT = audited(
    "scheduling_client",
    kind="client",
    subject=("client", "id"),
    plain=("id", "person_id"),
    bookkeeping=("created_at",),
)
CLIENT_BRAND = audited(
    "scheduling_client_brands",
    kind="client_brand",
    subject=("client", "client_id"),
    brand="brand_id",
    plain=("id", "client_id", "brand_id"),
)
STAFF_MEMBER = audited(
    "scheduling_staffmember",
    kind="staff_member",
    subject=("staff_member", "id"),
    owner=("staff_member", "id"),
    plain=("id", "person_id", "resource_id", "is_active"),
    personal=("title",),
    bookkeeping=("created_at",),
)
STAFF_MEMBER_BRAND = audited(
    "scheduling_staffmember_brands",
    kind="staff_member_brand",
    subject=("staff_member", "staffmember_id"),
    brand="brand_id",
    plain=("id", "staffmember_id", "brand_id"),
)
LOCATION = audited(
    "scheduling_location",
    kind="location",
    subject=("location", "id"),
    plain=("id", "name", "address", "timezone"),
)
RESOURCE = audited(
    "scheduling_resource",
    kind="resource",
    subject=("resource", "id"),
    owner=("resource", "id"),
    plain=("id", "kind", "timezone", "location_id", "is_active"),
    personal=("name",),
)
ROOM = audited(
    "scheduling_room",
    kind="room",
    subject=("room", "id"),
    plain=("id", "resource_id", "location_id", "seats"),
)
WORKING_HOURS = audited(
    "scheduling_workinghours",
    kind="working_hours",
    subject=("resource", "resource_id"),
    plain=("id", "resource_id", "weekday", "starts", "ends", "valid_from", "valid_until"),
)
HOURS_EXCEPTION = audited(
    "scheduling_hoursexception",
    kind="hours_exception",
    subject=("resource", "resource_id"),
    plain=("id", "resource_id", "date", "starts", "ends"),
)
CLOSURE = audited(
    "scheduling_closure",
    kind="closure",
    subject=("closure", "id"),
    brand="brand_id",
    plain=("id", "name", "starts_on", "ends_on", "brand_id", "location_id"),
)
SERVICE = audited(
    "scheduling_service",
    kind="service",
    subject=("service", "id"),
    brand="brand_id",
    plain=(
        "id",
        "brand_id",
        "code",
        "name",
        "description",
        "offered_in",
        "duration_minutes",
        "buffer_before_minutes",
        "buffer_after_minutes",
        "step_minutes",
        "notice_minutes",
        "horizon_days",
        "cancel_notice_minutes",
        "cancel_fee_percent",
        "price_minor",
        "currency",
        "max_per_day",
        "max_per_staff_per_day",
        "is_remote",
        "meeting_opens_minutes",
        "timezone",
        "is_active",
    ),
    bookkeeping=("created_at", "updated_at"),
)
SERVICE_STAFF = audited(
    "scheduling_service_staff",
    kind="service_staff",
    subject=("service", "service_id"),
    plain=("id", "service_id", "staffmember_id"),
)
SERVICE_HOURS = audited(
    "scheduling_servicehours",
    kind="service_hours",
    subject=("service", "service_id"),
    plain=("id", "service_id", "weekday", "starts", "ends"),
)
SERVICE_NEED = audited(
    "scheduling_serviceneed",
    kind="service_need",
    subject=("service", "service_id"),
    plain=("id", "service_id", "name"),
)
SERVICE_NEED_RESOURCE = audited(
    "scheduling_serviceneed_resources",
    kind="service_need_resource",
    subject=("service_need", "serviceneed_id"),
    plain=("id", "serviceneed_id", "resource_id"),
)
ERASURE = audited(
    "scheduling_erasure",
    kind="erasure",
    subject=("person", "person_id"),
    plain=("id", "person_id", "user_key", "asked_at", "by", "for_person", "finished_at"),
    bookkeeping=("done", "due_at", "failures", "failure"),
)
