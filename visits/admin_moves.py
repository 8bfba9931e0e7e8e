"""Moving a visit in the admin: to one of the free slots, chosen from a page of a week."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from api.admin_services import ActsThroughServices
from scheduling.public import Period
from visits.models import Slot, Visit
from visits.rules.slots import FARTHEST
from visits.selectors.moves import slots_for
from visits.selectors.slots import WINDOW
from visits.services.reschedule_visit import reschedule_visit

DAYS = 7


class MovesVisits(ActsThroughServices):
    """Of the visits' admin: the page `move`."""

    @action(description="Move", permissions=["act"], icon="event_repeat")
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The free slots of the visit's brand into which it fits, of whoever does this type of visit."""
        visit: Any = self.get_object(request, object_id)
        if request.method == "POST":
            return self._move(request, visit)
        now, today = timezone.now(), timezone.localdate()
        first = _day(request.GET.get("from", ""), today=today)
        start = datetime.combine(first, time(), timezone.get_current_timezone())
        free = slots_for(visit, within=Period(max(start, now), start + timedelta(days=DAYS)), now=now)
        later = free or slots_for(visit, within=Period(max(start, now), start + WINDOW), now=now)
        providers = {str(slot.provider_id): slot.provider.person.name for slot in free}
        chosen = request.GET.get("provider", "")
        days: dict[date, list[Slot]] = {first + timedelta(days=number): [] for number in range(DAYS)}
        for slot in free:
            if chosen not in providers or str(slot.provider_id) == chosen:
                days.setdefault(timezone.localdate(slot.starts_at), []).append(slot)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Move {visit}",
            "subtitle": None,
            "visit": visit,
            "opts": self.opts,
            "days": list(days.items())[:DAYS],
            "first": first,
            "earlier": max(first - timedelta(days=DAYS), today) if first > today else None,
            "later": first + timedelta(days=DAYS),
            "providers": sorted(providers.items(), key=lambda one: one[1]),
            "chosen": chosen,
            "next_free": timezone.localdate(later[0].starts_at) if later and not free else None,
            "is_any_free": bool(later),
            "back": self.page_of(visit.pk),
        }
        return TemplateResponse(request, "admin/move_visit.html", context)

    def _move(self, request: HttpRequest, visit: Visit) -> HttpResponse:
        try:
            slot_id = forms.UUIDField().clean(request.POST.get("slot"))
        except ValidationError:
            messages.error(request, "Choose one of the slots.")
            return HttpResponseRedirect(request.get_full_path())
        done = self.act(request, str(visit.pk), partial(_moved, slot_id=slot_id))
        return HttpResponseRedirect(self.page_of(visit.pk) if done else request.get_full_path())


def _moved(visit: Visit, *, slot_id: UUID) -> str:
    moved = reschedule_visit(visit=visit, slot_id=slot_id, now=timezone.now())
    at = timezone.localtime(moved.starts_at)
    return f"Moved to {at:%a %d %b %Y, %H:%M}, with {moved.provider}. Whom a rule names is told."


def _day(text: str, *, today: date) -> date:
    """A day to come; today instead of nonsense."""
    try:
        day: date | None = forms.DateField(required=False).clean(text)
    except ValidationError:
        day = None
    return min(max(day or today, today), today + FARTHEST)
