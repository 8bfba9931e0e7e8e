from tenants.audit.registry import audited

MEMBERSHIP = audited(
    "access_membership",
    kind="membership",
    subject=("user", "user_id"),
    brand="brand_id",
    plain=("id", "user_id", "role", "brand_id"),
)
APPLICATION = audited(
    "access_application",
    kind="application",
    subject=("application", "id"),
    brand="brand_id",
    plain=(
        "id",
        "client_id",
        "user_id",
        "redirect_uris",
        "post_logout_redirect_uris",
        "client_type",
        "authorization_grant_type",
        "hash_client_secret",
        "name",
        "skip_authorization",
        "algorithm",
        "allowed_origins",
        "registration_source",
        "cimd_expires_at",
        "brand_id",
        "scopes",
    ),
    secret=("client_secret",),
    bookkeeping=("created", "updated"),
)
API_KEY = audited(
    "access_apikey",
    kind="api_key",
    subject=("api_key", "id"),
    brand="brand_id",
    plain=("id", "name", "prefix", "scopes", "brand_id", "created_by_id", "expires_at", "revoked_at"),
    secret=("digest",),
    bookkeeping=("created_at", "last_used_at"),
)
