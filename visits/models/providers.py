from typing import ClassVar

from django.db import models

from scheduling.public import StaffMember
from tenants.brands.models import Brand


class Provider(models.Model):
    """What the visits of a brand know of a staff member. Their id is the person's."""

    staff_member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="providers")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+", help_text="Registered through.")
    specialty = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - null in the contract
    npi = models.CharField("NPI", max_length=20, null=True, blank=True)  # noqa: DJ001
    metadata = models.JSONField(default=dict, blank=True)
    meeting_url = models.URLField(
        "standing meeting link",
        max_length=500,
        blank=True,
        default="",
        help_text="Of all remote visits that have no link of their own.",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["staff_member"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff_member", "brand"], name="provider_once_per_brand")
        ]

    def __str__(self) -> str:
        return str(self.staff_member)
