from tenants.audit.registry import audited

USER = audited(
    "accounts_user",
    kind="user",
    subject=("user", "id"),
    owner=("user", "id"),
    plain=("id", "is_superuser", "is_staff", "is_active"),
    personal=("email", "name"),
    secret=("password",),
    bookkeeping=("last_login", "date_joined"),
)
