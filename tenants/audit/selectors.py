"""Reads of the audit."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tenants.audit.models import AuditEntry


def entries(*, brand_id: UUID | None, filters: Mapping[str, str], since: datetime | None, until: datetime | None
) -> QuerySet[AuditEntry]:  # fmt: skip
    """The entries of a brand, or of the whole tenant without one, that were made in [since, until)."""
    found = AuditEntry.objects.filter(**filters)
    if brand_id is not None:
        found = found.filter(brand_id=brand_id)
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found


def history(
    *, subjects: Collection[tuple[str, str]], brands: set[UUID] | None, before: int | None, limit: int
) -> list[AuditEntry]:
    """What was done to things and to their parts, the newest first, with the personal values.

    `brands` are those of which the reader may know, None for all; what belongs to no brand is always there.
    `before` is the id of the entry after which to go on.
    """
    wanted = Q(pk__in=[])
    for kind, key in subjects:
        wanted |= Q(subject_id=key, subject_kind=kind)
    found = AuditEntry.objects.filter(wanted).select_related("personal")
    if brands is not None:
        found = found.filter(Q(brand_id=None) | Q(brand_id__in=brands))
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-id")[:limit])
