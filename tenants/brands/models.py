from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenants.ids import new_id


class Brand(models.Model):
    """A name under which the tenant works. Staff and clients belong to one or more brands."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name.")
    from_email = models.EmailField(blank=True, help_text="Sender of this brand's mails.")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["slug"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_brand")
        ]

    def __str__(self) -> str:
        return self.name
