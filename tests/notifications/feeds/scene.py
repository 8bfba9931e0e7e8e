"""A feed as a calendar program meets it."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client as Browser
from icalendar import Calendar

from notifications.models import CalendarFeed
from tenants.context import activate


def fetch(
    tenant: Any, secret: str | CalendarFeed, *, host: str | None = None, method: str = "GET", **headers: str
) -> Any:
    """What the feed's address answers; afterwards the connection is in the tenant again."""
    opens = secret if isinstance(secret, str) else secret.secret  # type: ignore[attr-defined]
    try:
        return Browser(raise_request_exception=False).generic(
            method,
            f"/calendars/{opens}.ics",
            headers={"Host": host or f"{tenant.slug}.test", **{n.replace("_", "-"): v for n, v in headers.items()}},
        )
    finally:
        activate(tenant)


def entries(answer: Any) -> list[Any]:
    """The entries of a fetched calendar, in their order."""
    assert answer.status_code == 200, answer.content
    parsed: Any = Calendar.from_ical(answer.content)
    found: list[Any] = parsed.walk("VEVENT")
    return found


def summaries(answer: Any) -> list[str]:
    return [str(entry["SUMMARY"]) for entry in entries(answer)]


def times(answer: Any) -> list[tuple[datetime, datetime]]:
    return [tuple(entry[name].dt.astimezone(UTC) for name in ("DTSTART", "DTEND")) for entry in entries(answer)]
