"""How sending goes in the current tenant, for its staff: what waits, and what came of the last day hour by hour."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncHour

from notifications.models import Message
from notifications.rules import UNSENT, MessageState
from notifications.services import pauses

HOURS = 24
_OUTCOMES = (MessageState.SENT, MessageState.FAILED, MessageState.DEAD)


@dataclass(frozen=True, slots=True)
class Hour:
    """What came into these states in the hour that begins then, and is still in them."""

    start: datetime
    sent: int = 0
    failed: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """`due` could be sent now, the first of them since `oldest_due_at`; `planned` will be due within a day; `failed`
    wait for their next try. `hours` are the last 24, the last one not over yet. `paused` are channels whose server
    can't be reached, and for how many seconds they are left alone."""

    due: int
    oldest_due_at: datetime | None
    planned: int
    failed: int
    hours: list[Hour]
    paused: dict[str, int]

    @property
    def sent(self) -> int:
        return sum(hour.sent for hour in self.hours)

    @property
    def dead(self) -> int:
        return sum(hour.dead for hour in self.hours)


def measure_sending(*, brands: Collection[UUID] | None, now: datetime) -> Sending:
    """Of these brands, None for all. Two statements, each by an index and of a day at the most."""
    messages = Message.objects.all() if brands is None else Message.objects.filter(brand__in=brands)
    is_due = Q(due_at__lte=now) & (Q(state__in=UNSENT) | Q(lease_until__lt=now))
    waiting = messages.filter(
        state__in=[*UNSENT, MessageState.SENDING], due_at__lte=now + timedelta(hours=HOURS)
    ).aggregate(
        due=Count("pk", filter=is_due),
        oldest_due_at=Min("due_at", filter=is_due),
        planned=Count("pk", filter=Q(state=MessageState.PLANNED, due_at__gt=now)),
        failed=Count("pk", filter=Q(state=MessageState.FAILED)),
    )
    return Sending(hours=_hours(messages, now=now), paused=_paused(brands), **waiting)


def _paused(brands: Collection[UUID] | None) -> dict[str, int]:
    longest: dict[str, int] = {}
    for (channel, brand_id), seconds in pauses.paused().items():
        if brands is None or brand_id in brands:
            longest[channel] = max(seconds, longest.get(channel, 0))
    return longest


def _hours(messages: QuerySet[Message], *, now: datetime) -> list[Hour]:
    last = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=HOURS - 1)
    counts: dict[tuple[datetime, str], int] = {
        (hour, state): count
        for hour, state, count in messages.filter(state__in=_OUTCOMES, state_since__gte=first)
        .annotate(hour=TruncHour("state_since", tzinfo=UTC))
        .order_by()
        .values_list("hour", "state")
        .annotate(count=Count("*"))
    }
    return [
        Hour(start, **{state.value: counts.get((start, state), 0) for state in _OUTCOMES})
        for start in (first + timedelta(hours=number) for number in range(HOURS))
    ]
