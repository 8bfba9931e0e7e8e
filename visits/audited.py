from tenants.audit.registry import audited

PROVIDER = audited(
    "visits_provider",
    kind="provider",
    subject=("staff_member", "staff_member_id"),
    brand="brand_id",
    owner=("staff_member", "staff_member_id"),
    plain=("id", "staff_member_id", "brand_id", "specialty"),
    personal=("npi", "metadata"),
    bookkeeping=("created_at", "updated_at"),
)
