from tenants.audit.registry import audited

BRAND = audited(
    "brands_brand",
    kind="brand",
    subject=("brand", "id"),
    brand="id",
    plain=("id", "slug", "name", "timezone", "from_email", "is_default"),
    bookkeeping=("created_at",),
)
