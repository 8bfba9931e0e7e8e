"""What of a span may leave the process: an allow-list, because instrumentation is generous and changes."""

import re
from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, Status
from opentelemetry.util.types import AttributeValue

from tenants.telemetry.redaction import redact

_ALLOWED = re.compile(
    r"slotkeeper\.[a-z_.]+|error\.type|exception\.type"
    r"|http\.(request\.method|response\.status_code|route)"
    r"|db\.(system|name|statement|system\.name|namespace|query\.text|operation\.name)"
    r"|celery\.(action|task_name|state|retries|expires|hostname)"
    r"|messaging\.(system|operation|operation\.name|message\.id|message_id|destination|destination\.name)"
)
_STATEMENTS = {"db.statement", "db.query.text"}
# Statements come with placeholders. A literal in one is from code, or from somebody who composed it by hand.
_LITERAL = re.compile(r"'(?:[^']|'')*+'")
_LONGEST_STATEMENT = 2000


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """The span without what is not on the list, and without what exceptions say."""
    return ReadableSpan(
        name=redact(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_allowed(span.attributes or {}),
        events=[Event(event.name, _allowed(event.attributes or {}), event.timestamp) for event in span.events],
        links=[Link(link.context, _allowed(link.attributes or {})) for link in span.links],
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _allowed(attributes: Mapping[str, Any]) -> dict[str, AttributeValue]:
    return {name: _value(name, value) for name, value in attributes.items() if _ALLOWED.fullmatch(name)}


def _value(name: str, value: Any) -> AttributeValue:
    if name in _STATEMENTS:
        return _LITERAL.sub("'?'", str(value))[:_LONGEST_STATEMENT]
    if isinstance(value, bool | int | float):
        return value
    return redact(str(value))
