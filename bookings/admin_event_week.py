"""A week of events, a column for each day, each event with how full it is; and today's on the front page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from accounts.admin_base import permission_to, selectable_brands, zone_of_pages
from accounts.admin_sites import tenant_site
from api.admin_services import ActsThroughServices
from bookings.admin_bookings import parse_day
from bookings.admin_event_pictures import Card, card
from bookings.models import Dispute, Event, EventBooking
from bookings.rules.events import EventStatus
from bookings.selectors.event_fill import open_disputes, to_decide

DAYS: Final = 7
_MOST: Final = 500
# On the front page.
_TODAY: Final = 30
# Before it nothing was published; around a day there must be room to look at those beside it.
_FIRST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class ToDo:
    """What of events waits for somebody, and what takes place today."""

    cards: list[Card]
    asked: int
    disputes: int


class ShowsWeek(ActsThroughServices):
    """Of the events' admin: the page `week`."""

    @action(description="Calendar", permissions=["view"], icon="calendar_view_week", url_path="week")
    def week(self, request: HttpRequest) -> HttpResponse:
        zone, now = zone_of_pages(selectable_brands(request, permission_to("view", Event))), timezone.now()
        today = now.astimezone(zone).date()
        asked = parse_day(request.GET.get("from", ""))
        first = max(asked, _FIRST) if asked else today
        start, end = _start(first, zone), _start(first + timedelta(days=DAYS), zone)
        events = list(self.get_queryset(request).filter(starts_at__gte=start, starts_at__lt=end)[:_MOST])
        context = {
            **self.admin_site.each_context(request),
            "title": "Events of the week",
            "subtitle": None,
            "opts": self.opts,
            "days": _by_day(events, first, zone, now=now),
            "today": today,
            "earlier": first - timedelta(days=DAYS),
            "later": first + timedelta(days=DAYS),
            "is_from_today": first == today,
            "zone": "" if zone.key == timezone.get_current_timezone_name() else zone.key,
            "is_any": bool(events),
            "next_day": None if events else self._next_day(request, end, zone),
            "may_publish": self.has_act_permission(request),
        }
        return TemplateResponse(request, "admin/events_week.html", context)

    def _next_day(self, request: HttpRequest, after: datetime, zone: ZoneInfo) -> date | None:
        ahead = self.get_queryset(request).filter(starts_at__gte=after, status=EventStatus.SCHEDULED)
        starts_at = ahead.order_by("starts_at").values_list("starts_at", flat=True).first()
        return starts_at.astimezone(zone).date() if starts_at else None


def todays_events(request: HttpRequest, *, now: datetime) -> ToDo | None:
    """What the viewer has to do of events; None where there is nothing to see. So many statements, however many."""
    if not request.user.has_perm(permission_to("view", Event)):
        return None
    zone = zone_of_pages(selectable_brands(request, permission_to("view", Event)))
    today = now.astimezone(zone).date()
    start, end = _start(today, zone), _start(today + timedelta(days=1), zone)
    near = _rows(Event, request).filter(ends_at__gt=start, starts_at__lt=end, status=EventStatus.SCHEDULED)
    found = ToDo(
        [card(event, now=now) for event in near[:_TODAY]],
        to_decide(_rows(EventBooking, request), now=now).count(),
        open_disputes(_rows(Dispute, request)).count(),
    )
    return found if found.cards or found.asked or found.disputes else None


def _rows(model: Any, request: HttpRequest) -> Any:
    """Those that the viewer may see."""
    return tenant_site._registry[model].get_queryset(request)  # noqa: SLF001 - no public way to a registered admin


def _by_day(events: Iterable[Event], first: date, zone: ZoneInfo, *, now: datetime) -> list[tuple[date, list[Card]]]:
    days: dict[date, list[Card]] = {first + timedelta(days=number): [] for number in range(DAYS)}
    for event in events:
        days[event.starts_at.astimezone(zone).date()].append(card(event, now=now))
    return list(days.items())


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
