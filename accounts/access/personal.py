"""Sign-ins, and the tables of the libraries that sign people in. A user's tokens and roles go with the user."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Q

from accounts.access.models import AccountMail
from tenants.mail_files import remove_mails
from tenants.personal import Someone, personal, register_step

_LIBRARY = "Of the library: nobody's."


def _of_user(who: Someone) -> Q:
    return Q(user_id=who.user_id) if who.user_id else Q(pk__in=[])


def _mails(who: Someone) -> Q:
    """To the user, or asked for with their address."""
    return _of_user(who) | (Q(address__iexact=who.email) if who.email else Q(pk__in=[]))


def _remove_mails(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    """All of them, however many: afterwards nobody knows the address any more by which they are found."""
    mails = AccountMail.objects.filter(_mails(who))
    keys = list(mails.values_list("pk", flat=True))
    remove_mails(keys)
    AccountMail.objects.filter(pk__in=keys).delete()
    return len(keys)


def _end_sessions(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    """Their user is gone already, so nobody is signed in by them. Those go too that nobody can read any more, for their
    key is gone: they might be of whoever is erased."""
    if who.user_id is None:
        return 0
    ended = [
        session.session_key
        for session in Session.objects.iterator()
        if not (said := session.get_decoded()) or said.get("_auth_user_id") == str(who.user_id)
    ]
    Session.objects.filter(pk__in=ended).delete()
    return len(ended)


register_step("account_mails", _remove_mails, at_once=True)
register_step("sessions", _end_sessions)

personal("django_content_type", kept={_LIBRARY: ("id", "app_label", "model")})
personal("auth_permission", kept={_LIBRARY: ("id", "name", "content_type_id", "codename")})
personal("auth_group", kept={_LIBRARY: ("id", "name")})
personal("auth_group_permissions", kept={_LIBRARY: ("id", "group_id", "permission_id")})
personal("django_session", by="sessions", secret=("session_key", "session_data", "expire_date"))
# All of it: the audit has replaced it, nobody reads or writes it any more, and its texts name whoever they are about.
personal(
    "django_admin_log",
    of=lambda who: Q(),  # noqa: ARG005
    secret=(
        "id",
        "action_time",
        "user_id",
        "content_type_id",
        "object_id",
        "object_repr",
        "action_flag",
        "change_message",
    ),
)
personal(
    "access_accountmail",
    of=_mails,
    by="account_mails",
    removed=("purpose", "address", "state", "created_at", "sent_at"),
    secret=("id", "user_id", "attempts", "due_at", "lease_until", "reason"),
)
personal("access_membership", of=_of_user, at_once=True, removed=("role", "brand_id"), secret=("id", "user_id"))
# An application outlives who set it up.
personal(
    "access_application",
    of=_of_user,
    at_once=True,
    erased={"user_id": None},
    kept={
        "The tenant's own client application.": (
            "id",
            "client_id",
            "redirect_uris",
            "post_logout_redirect_uris",
            "client_type",
            "authorization_grant_type",
            "client_secret",
            "hash_client_secret",
            "name",
            "skip_authorization",
            "created",
            "updated",
            "algorithm",
            "allowed_origins",
            "registration_source",
            "cimd_expires_at",
            "brand_id",
            "scopes",
        )
    },
)
personal(
    "access_apikey",
    of=lambda who: Q(created_by_id=who.user_id) if who.user_id else Q(pk__in=[]),
    at_once=True,
    erased={"created_by_id": None},
    kept={
        "A key of the tenant's server, which goes on when who made it is gone.": (
            "id",
            "name",
            "prefix",
            "digest",
            "scopes",
            "brand_id",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        )
    },
)
personal(
    "oauth2_provider_grant",
    of=_of_user,
    at_once=True,
    removed=("application_id", "scope", "created"),
    secret=(
        "id",
        "user_id",
        "code",
        "expires",
        "redirect_uri",
        "updated",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "claims",
        "resource",
    ),
)
# Before the access tokens, to which they point.
personal(
    "oauth2_provider_refreshtoken",
    of=_of_user,
    at_once=True,
    removed=("application_id", "created", "revoked"),
    secret=("id", "user_id", "token", "token_checksum", "access_token_id", "token_family", "resource", "updated"),
)
personal(
    "oauth2_provider_accesstoken",
    of=_of_user,
    at_once=True,
    removed=("application_id", "expires", "scope", "created"),
    secret=(
        "id",
        "user_id",
        "source_refresh_token_id",
        "token",
        "token_checksum",
        "id_token_id",
        "resource",
        "updated",
    ),
)
personal(
    "oauth2_provider_idtoken",
    of=_of_user,
    at_once=True,
    removed=("application_id", "expires", "scope", "created"),
    secret=("id", "user_id", "jti", "updated"),
)
personal(
    "oauth2_provider_devicegrant",
    of=_of_user,
    at_once=True,
    removed=("client_id", "scope", "status"),
    secret=("id", "user_id", "device_code", "user_code", "interval", "expires", "last_checked"),
)
personal("accounts_user_groups", of=_of_user, at_once=True, secret=("id", "user_id", "group_id"))
personal("accounts_user_user_permissions", of=_of_user, at_once=True, secret=("id", "user_id", "permission_id"))
# Last: what is above would go with it unseen.
personal(
    "accounts_user",
    of=lambda who: Q(pk=who.user_id) if who.user_id else Q(pk__in=[]),
    at_once=True,
    removed=("email", "name", "last_login", "date_joined", "is_staff", "is_active"),
    secret=("id", "password", "is_superuser"),
)
