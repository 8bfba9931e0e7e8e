"""OAuth 2.0 (django-oauth-toolkit). Its tables are in each tenant's schema: a token ends there."""

from accounts.scopes import SCOPES

__all__ = ["OAUTH2_PROVIDER", "OAUTH2_PROVIDER_APPLICATION_MODEL"]

OAUTH2_PROVIDER_APPLICATION_MODEL = "access.Application"
OAUTH2_PROVIDER = {
    "SCOPES": SCOPES,
    "DEFAULT_SCOPES": [],
    "SCOPES_BACKEND_CLASS": "accounts.oauth.ApplicationScopes",
    "OAUTH2_VALIDATOR_CLASS": "accounts.oauth_validator.Validator",
    # A code is used at once; a token is short, so that what leaked is soon worth nothing; who comes back
    # within 30 days of the last token's end need not sign in again.
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 30 * 24 * 3600,
    # See accounts.hashers: a slow hash of a long random secret only costs time.
    "CLIENT_SECRET_HASHER": "pbkdf2_client_secret",
    # Without a grace period: stored as checksums, the tokens of the first answer can't be given again.
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # Of accounts.services.forget_expired: rows in one transaction.
    "CLEAR_EXPIRED_TOKENS_BATCH_SIZE": 1000,
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    # Of origins; which http ones, says accounts.rules.may_be_origin.
    "ALLOWED_SCHEMES": ["https", "http"],
    # RFC 9700, enforced throughout; tokens are stored as SHA-256 checksums only.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}
