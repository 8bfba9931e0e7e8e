from typing import Any

from rest_framework import serializers

from api.fields import InstantField
from api.paging import PageQuery
from tenants.audit.models import AuditEntry
from tenants.audit.registry import declared

_ACTOR = r"^[a-z][a-z-]{0,31}:[A-Za-z0-9._@/-]{1,128}$"
_INSTANT = "RFC 3339 date-time with an offset."
_KEY = r"^[A-Za-z0-9-]{1,64}$"


def validate_kind(kind: str) -> None:
    """Raises ValidationError naming the kinds that there are."""
    kinds = sorted(table.kind for table in declared())
    if kind not in kinds:
        raise serializers.ValidationError(f"There is no such kind. Write one of: {', '.join(kinds)}.")


class AuditQuery(PageQuery):
    """The filters. `from` is a Python keyword, hence `get_fields`."""

    subject = serializers.RegexField(
        _KEY,
        required=False,
        help_text="The id of a booking, office hour, person, user, ...: its history.",
        error_messages={"invalid": "Write the id of a booking, person, user or the like."},
    )
    kind = serializers.CharField(
        required=False,
        validators=[validate_kind],
        help_text="The kind of row, such as coach_booking, user or membership.",
    )
    actor = serializers.RegexField(
        _ACTOR,
        required=False,
        help_text="Who did it, as in `actor`: user:<id>, application:<id>, ...",
        error_messages={"invalid": "Write user:<id>, application:<id>, task:<name> or alike."},
    )
    to = InstantField(required=False, help_text=f"Changes before this time. {_INSTANT}")

    def get_fields(self) -> dict[str, Any]:
        since = InstantField(required=False, help_text=f"Changes at this time or later. {_INSTANT}")
        return {**super().get_fields(), "from": since}


class AuditEntryOutput(serializers.Serializer[Any]):
    """One change of one row. Personal values are not shown, only that they changed (in `fields`)."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField(help_text="When the change was made; all of one request have the same.")
    kind = serializers.CharField(help_text="What was changed, such as coach_booking or membership.")
    object_id = serializers.CharField()
    subject_kind = serializers.CharField(help_text="What it is part of, such as the user of a membership.")
    subject_id = serializers.CharField()
    operation = serializers.ChoiceField(choices=AuditEntry.Operation.values)
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    old = serializers.DictField(allow_null=True, help_text="Values before, of the fields that are not personal.")
    new = serializers.DictField(allow_null=True, help_text="Values after, of the fields that are not personal.")
    actor = serializers.CharField(help_text="user:<id>, application:<id>, api-key:<id>, task:<name>, command:<name>.")
    request_id = serializers.CharField(allow_null=True, help_text="The X-Request-Id, or the task's id.")
    brand_id = serializers.UUIDField(allow_null=True)


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at,
        "kind": entry.kind,
        "object_id": entry.object_id,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "operation": entry.operation,
        "fields": entry.fields,
        "old": entry.old,
        "new": entry.new,
        "actor": entry.actor,
        "request_id": entry.request_id or None,
        "brand_id": entry.brand_id,
    }
