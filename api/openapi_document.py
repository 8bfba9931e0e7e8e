"""What is done to a whole OpenAPI document: example days, the part of one family, nothing unused."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from api.families import PLATFORM
from api.openapi_headers import ANSWERS

# Far enough that no booking of the demo is there yet, near enough to be booked (60 days).
_AHEAD = timedelta(days=21)
_REFERENCE = re.compile(r"#/components/(\w+)/([\w.-]+)\Z")


def example_day(today: date) -> date:
    """The day of the examples' slots: about three weeks from now, and not between the years, when the demo's
    tenants are closed."""
    day = today + _AHEAD
    while (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 2):
        day += timedelta(days=1)
    return day


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001 - drf-spectacular's hook
    """Adds the shared headers and writes out the days of the examples: `{day}` and `{next_day}`.

    They are days to come, so that each example works as it stands, on the day on which it is read.
    """
    result["components"]["headers"] = ANSWERS
    day = example_day(datetime.now(tz=UTC).date())
    days = {"{day}": day.isoformat(), "{next_day}": (day + timedelta(days=1)).isoformat()}
    return dict(_replaced(result, days))


def keep_family(family: str, result: dict[str, Any]) -> dict[str, Any]:
    """The document of one family: its paths alone, and the components that they use."""
    paths = {
        path: kept
        for path, item in result["paths"].items()
        if (kept := {method: op for method, op in item.items() if op.get("x-family") == family})
    }
    # What we send is told in the platform's own format, whichever family it is about.
    webhooks = result.get("webhooks", {}) if family == PLATFORM.name else {}
    used: set[tuple[str, str]] = {("securitySchemes", name) for name in result["components"]["securitySchemes"]}
    todo = [paths, webhooks]
    while todo:
        for kind, name in _references(todo.pop()) - used:
            used.add((kind, name))
            todo.append(result["components"][kind][name])
    components = {
        kind: kept
        for kind, named in result["components"].items()
        if (kept := {name: part for name, part in named.items() if (kind, name) in used})
    }
    own_tags = {tag for item in paths.values() for operation in item.values() for tag in operation["tags"]}
    tags = [tag for tag in result["tags"] if tag["name"] in own_tags]
    kept_whole = {name: part for name, part in result.items() if name != "webhooks"}
    sent = {"webhooks": webhooks} if webhooks else {}
    return {**kept_whole, "paths": paths, **sent, "components": components, "tags": tags}


def _references(part: Any) -> set[tuple[str, str]]:
    if isinstance(part, dict):
        own = _REFERENCE.match(part["$ref"]) if isinstance(part.get("$ref"), str) else None
        below = set().union(*(_references(value) for value in part.values()))
        return below | ({(own[1], own[2])} if own else set())
    if isinstance(part, list):
        return set().union(*(_references(value) for value in part))
    return set()


def _replaced(part: Any, texts: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _replaced(value, texts) for name, value in part.items()}
    if isinstance(part, list):
        return [_replaced(value, texts) for value in part]
    if isinstance(part, str) and "day}" in part:
        for text, replacement in texts.items():
            part = part.replace(text, replacement)
    return part
