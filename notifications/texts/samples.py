"""Made-up bookings and readers, with which a template is tried before it is saved."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from notifications.channels.outgoing import Reader
from notifications.rules import Stage
from notifications.subjects import Occasion, SubjectFacts

BRAND: Final = "Harbor Mind"
_CLIENT, _COACH, _ID = UUID(int=1), UUID(int=2), UUID(int=3)

_STATUSES: Final = {
    Stage.WAITING: "offered",
    Stage.PENDING: "pending",
    Stage.STANDS: "booked",
    Stage.OVER: "completed",
    Stage.OFF: "cancelled",
    Stage.DECLINED: "declined",
}


def facts(*, stage: Stage = Stage.STANDS, text: str = "", starts_at: datetime | None = None) -> SubjectFacts:
    """A booking; `text` stands wherever people may write what they like. Empty: only what every booking has."""
    is_cancelled = stage in {Stage.OFF, Stage.DECLINED}
    start = starts_at or datetime(2031, 1, 15, 15, tzinfo=UTC)
    occasion = Occasion(
        kind="example",
        id=_ID,
        schedule_version=1,
        stage=stage,
        brand_id=_ID,
        service_id=None,
        client_id=_CLIENT,
        staff_ids=(_COACH,),
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
    )
    return SubjectFacts(
        occasion=occasion,
        status=_STATUSES[stage],
        is_cancelled=is_cancelled,
        title=text or "Ines Calloway (Harbor Mind)",
        staff_name=text or "Ines Calloway",
        client_name=text or "Maya Lindqvist",
        service=text,
        location=text,
        notes=text,
        cancel_reason=text if is_cancelled else "",
        offered_until=start - timedelta(hours=1) if stage is Stage.WAITING else None,
        changed_at=start - timedelta(days=1),
    )


def reader(
    *, language: str, is_staff: bool = False, is_person: bool = True, name: str = "", zone: ZoneInfo | None = None
) -> Reader:
    return Reader(
        person_id=(_COACH if is_staff else _CLIENT) if is_person else None,
        name=(name or ("Ines" if is_staff else "Maya")) if is_person else "",
        address="reader@example.com",
        language=language,
        zone=zone or ZoneInfo("Europe/Berlin" if is_staff else "America/New_York"),
        is_staff=is_staff or not is_person,
    )
