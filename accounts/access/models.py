from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication

from accounts.rules import Role
from accounts.scopes import SCOPES
from tenants.brands.models import Brand


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
