"""The registry of tenants, in the public schema. No tenant's table refers to it (docs/adr/0002)."""

import secrets
import uuid
from typing import ClassVar

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

PUBLIC_SCHEMA = "public"


def generate_schema_name() -> str:
    """A name that tells nothing about the tenant and never has to be changed with it."""
    return f"t_{secrets.token_hex(8)}"


class Tenant(TenantMixin):
    """An organisation. Its data lives in the schema `schema_name` and nowhere else."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"

    schema_name = models.CharField(max_length=63, unique=True, default=generate_schema_name)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    number = models.PositiveIntegerField(unique=True, help_text="What the header X-Tenant says.")
    business_id = models.UUIDField(
        unique=True, default=uuid.uuid4, help_text="What the path /v1/businesses/{businessId} says."
    )
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name.")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)

    # The schema is made by tenants.services.create_tenant, outside of save().
    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host name of a tenant. It may stand for one of the tenant's brands."""

    brand_id = models.UUIDField(null=True, blank=True, help_text="The current brand of requests to this host.")

    def __str__(self) -> str:
        return str(self.domain)
