from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication

from accounts.access.mails import AccountMail
from accounts.rules import KeyStatus, Role, key_status, may_be_origin, may_redirect_to
from accounts.scopes import SCOPES
from tenants.brands.models import Brand

__all__ = ["AccountMail", "ApiKey", "Application", "Membership", "validate_scopes"]


def validate_scopes(scopes: list[str]) -> None:
    """Raises ValidationError naming the scopes that do not exist."""
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise ValidationError(f"Unknown scopes: {', '.join(unknown)}. They are: {', '.join(SCOPES)}.")


class Membership(models.Model):
    """A role of a user, in one brand or (without a brand) in all of them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(role.value, role.value.capitalize()) for role in Role])
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all brands.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role", "brand"], nulls_distinct=False, name="membership_unique"),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class Application(AbstractApplication):
    """An OAuth client. Requests with its tokens are for its brand, unless the host names another."""

    brand = models.ForeignKey(
        Brand,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: the tenant's default brand.",
    )
    scopes = ArrayField(models.CharField(max_length=40), default=list, validators=[validate_scopes])

    class Meta(AbstractApplication.Meta):
        ordering: ClassVar = ["name"]

    def clean(self) -> None:
        """As DOT's, and: http only on the own machine, schemes of apps with a domain in them (RFC 8252, 7.1)."""
        uris = [uri for uri in self.redirect_uris.split() if not may_redirect_to(uri)]
        origins = [origin for origin in self.allowed_origins.split() if not may_be_origin(origin)]
        found = {}
        if uris:
            found["redirect_uris"] = (
                f"Not allowed: {', '.join(uris)}. Use https, or http on localhost, or a scheme with your domain "
                "in it such as com.example.app:/callback; no fragment."
            )
        elif self.signs_people_in and not self.redirect_uris.split():
            found["redirect_uris"] = "Where do people go back to after signing in? Give at least one address."
        if origins:
            found["allowed_origins"] = (
                f"Not allowed: {', '.join(origins)}. An origin is scheme, host and port in lower case, "
                "such as https://app.example.com, without a path or a slash at the end."
            )
        if found:
            raise ValidationError(found)
        super().clean()

    def get_allowed_schemes(self) -> list[str]:
        return [urlsplit(uri).scheme for uri in self.redirect_uris.split()]

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Letter by letter (RFC 9700, 2.1), more strictly than DOT, which allows another query."""
        return uri in self.redirect_uris.split()

    @property
    def signs_people_in(self) -> bool:
        return bool(self.authorization_grant_type == self.GRANT_AUTHORIZATION_CODE)


class ApiKey(models.Model):
    """A secret with which a server of the tenant calls the API, as a service without a user.

    The key itself is shown once and stored as its checksum: 240 random bits need no slow hash.
    """

    name = models.CharField(max_length=100, help_text="Which server or job uses it.")
    # The first characters of the key, which name it in lists and in reports of leaked secrets.
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), validators=[validate_scopes])
    brand = models.ForeignKey(
        Brand,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: the whole tenant.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # To the minute: see accounts.services.find_api_key.
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def status(self, *, now: datetime) -> KeyStatus:
        return key_status(expires_at=self.expires_at, revoked_at=self.revoked_at, now=now)
