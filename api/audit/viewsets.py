"""`GET /v1/audit`: who changed what, in the platform's own format."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.audit import serializers as shapes
from api.brands import confined_to
from api.errors import InvalidInputError
from api.paging import OpaqueCursor
from api.viewsets import PlatformViewSet
from tenants.audit.models import AuditEntry
from tenants.audit.selectors import entries

_COLUMNS = {"subject": "subject_id", "kind": "kind", "actor": "actor"}
_CANCELLED = {
    "id": 4711,
    "at": "2026-11-20T09:00:00Z",
    "kind": "coach_booking",
    "object_id": "0190a0b0-0000-7000-8000-000000000001",
    "subject_kind": "coach_booking",
    "subject_id": "0190a0b0-0000-7000-8000-000000000001",
    "operation": "update",
    "fields": ["status", "cancelled_at", "cancel_reason"],
    "old": {"status": "booked", "cancelled_at": None},
    "new": {"status": "cancelled", "cancelled_at": "2026-11-20T09:00:00+00:00"},
    "actor": "user:0190a0b0-0000-7000-8000-000000000002",
    "request_id": "0190a0b0-0000-7000-8000-000000000003",
    "brand_id": "0190a0b0-0000-7000-8000-000000000004",
}


class NewestFirst(OpaqueCursor):
    ordering = "-id"


class AuditViewSet(PlatformViewSet):
    """An application of one brand reads that brand's entries; one of the whole tenant reads all."""

    queryset = AuditEntry.objects.all()
    pagination_class = NewestFirst
    scopes: ClassVar = {"list": {"read:audit"}}
    queries: ClassVar = {"list": shapes.AuditQuery}
    refusals: ClassVar = {"list": [InvalidInputError]}

    @extend_schema(
        operation_id="listAuditEntries",
        tags=["audit"],
        summary="List who changed what",
        description="The newest first. A client application of one brand reads the entries of that brand alone; "
        "what belongs to no brand is read by applications of the whole tenant. Personal values are never shown.",
        parameters=[shapes.AuditQuery],
        responses=shapes.AuditEntryOutput(many=True),
        examples=[OpenApiExample("A booking was cancelled", value=_CANCELLED, response_only=True)],
    )
    def list(self, request: Request) -> Response:
        query = self.query()
        since, until = query.get("from"), query.get("to")
        if since and until and until <= since:
            raise InvalidInputError({"to": ["Must be after from."]})
        found = entries(
            brand_id=confined_to(request),
            filters={_COLUMNS[name]: value for name, value in query.items() if name in _COLUMNS},
            since=since,
            until=until,
        )
        return self.get_paginated_response([shapes.entry_json(entry) for entry in self.paginate_queryset(found) or []])
