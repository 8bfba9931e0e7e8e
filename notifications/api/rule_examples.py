"""Examples for the OpenAPI document. They work against the demo tenant harbor: rules 1 and 2 are every tenant's."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api.examples import answered, sent

_TIMES: dict[str, Any] = {"created_at": "2026-11-20T16:04:05.123456Z", "updated_at": "2026-11-20T16:04:05.123456Z"}
_BOOKED: dict[str, Any] = {
    "id": 1,
    "name": "",
    "event": "booked",
    "offset_minutes": None,
    "audience": "client",
    "address": "",
    "channel": "email",
    "brand_id": None,
    "subject_kind": "",
    "service_ids": [],
    "quiet_from": None,
    "quiet_until": None,
    "lateness_minutes": 1440,
    "is_essential": True,
    "is_active": True,
    "is_planned": True,
    "version": 1,
    **_TIMES,
}
_REMINDER: dict[str, Any] = {
    "name": "The day before",
    "event": "before_start",
    "offset_minutes": 1440,
    "quiet_from": "21:00",
    "quiet_until": "08:00",
    "lateness_minutes": 240,
    "is_essential": False,
}


def _rule_id(name: str, value: int) -> OpenApiParameter:
    return OpenApiParameter(
        "id",
        {"type": "integer", "format": "int64", "minimum": 1},
        OpenApiParameter.PATH,
        description="The rule's id.",
        examples=[OpenApiExample(name, value=value)],
    )


RULE_ID: Final = _rule_id("Told when booked", 1)
ENDED_RULE_ID: Final = _rule_id("How was it?, of the demo", 5)
RULE: Final = [answered("Told when booked", _BOOKED)]
# Without the page around it: drf-spectacular adds that.
RULES: Final = [answered("A page", _BOOKED)]
NEW_RULE: Final = [
    sent("A reminder the day before, not at night", _REMINDER),
    sent("Staff learns of cancellations", {"event": "cancelled", "audience": "staff"}),
    answered("Made", {**_BOOKED, **_REMINDER, "id": 7, "is_planned": False}, status=201),
]
CHANGED_RULE: Final = [
    sent("Staff is told as well", {"audience": "both"}),
    answered("Changed", {**_BOOKED, "audience": "both", "version": 2, "is_planned": False}),
]
_OPERATIONS: Final = ("getNotificationRule", "changeNotificationRule", "deleteNotificationRule")


def _leads_to(rule: str) -> dict[str, Any]:
    return {"x-links": {name: {"operationId": name, "parameters": {"id": rule}} for name in _OPERATIONS}}


LEADS_TO: Final = _leads_to("$response.body#/id")
LIST_LEADS_TO: Final = _leads_to("$response.body#/data/0/id")
