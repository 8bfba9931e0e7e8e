from datetime import datetime
from typing import ClassVar

from django.db import models

from scheduling.models.people import StaffMember
from tenants.brands.models import Brand
from tenants.ids import new_id


class Hold(models.Model):
    """Time that is kept for somebody while they fill in a form. Its reservations expire with it.

    `holder` is who it is kept for, a person or a client application, and `place` one of the few that each holder
    has: the constraint is what keeps anybody from hoarding.
    """

    SUBJECT_KIND: ClassVar = "hold"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    service_id = models.UUIDField(null=True, blank=True)
    staff_member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=64)
    place = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    duration_minutes = models.PositiveSmallIntegerField()
    # How the staff member was chosen; null where the caller named them.
    assignment = models.JSONField(null=True, blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["expires_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["holder", "place"], name="hold_place_once")]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="hold_by_expiry")]

    def __str__(self) -> str:
        return f"{self.staff_member_id} {self.starts_at}"

    def counts_from(self, now: datetime) -> datetime:
        """The moment at which the terms of what is held are looked at: who held it in time is not too late while they
        fill in the form. What has begun is past even so."""
        return self.created_at if now < min(self.expires_at, self.starts_at) else now
