"""CORS. Which origins: `api.middleware.cors`. Only bearer tokens sign a page's requests in, never cookies."""

__all__ = [
    "CORS_ALLOW_CREDENTIALS",
    "CORS_ALLOW_HEADERS",
    "CORS_ALLOW_METHODS",
    "CORS_EXPOSE_HEADERS",
    "CORS_PREFLIGHT_MAX_AGE",
    "CORS_URLS_REGEX",
]

# Where programs call; pages such as /oauth/authorize are not for scripts of other sites.
CORS_URLS_REGEX = r"^/(v1|openapi|\.well-known)/|^/oauth/(token|revoke|introspect)$"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
CORS_ALLOW_HEADERS = (
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "traceparent",
    "x-current-user-id",
    "x-request-id",
    "x-tenant",
)
CORS_EXPOSE_HEADERS = (
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
)
# Seconds; a browser keeps it per address and origin.
CORS_PREFLIGHT_MAX_AGE = 600
