"""Publishing an event in the admin: of a new time slot, or of one that is there on another date."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from api.admin_services import ActsThroughServices
from bookings.admin_event_forms import DateForm, EventForm, publishable, slot_words, slots_of
from bookings.admin_event_pictures import what, when
from bookings.models import Event, TimeSlot
from bookings.services.publish_event import publish_event
from bookings.services.publish_series import OnConflict, publish_series
from scheduling.rules.recurrence import parse
from tenants.errors import DomainError

# To choose from, the latest first.
_MOST_SLOTS: Final = 100


class PublishesEvents(ActsThroughServices):
    """Of the events' admin: the page `publish`. Which time slot it is of, its address says: ?slot=."""

    @action(description="Publish an event", permissions=["act"], icon="add", url_path="publish")
    def publish(self, request: HttpRequest) -> HttpResponse:
        pairs = publishable(request)
        slots = slots_of(pairs)
        slot = _slot(slots, request.GET.get("slot", ""))
        given = request.POST or None
        form = EventForm(given, pairs=pairs) if slot is None else DateForm(given)
        if request.method == "POST" and form.is_valid():
            try:
                return self._publish(request, form, slot)
            except (DomainError, Error) as error:
                form.refuse(error, method="POST")
        context = {
            **self.admin_site.each_context(request),
            "title": "Publish an event",
            "subtitle": None,
            "opts": self.opts,
            "form": form,
            "slot": slot,
            "slot_words": slot and slot_words(slot),
            "slots": [] if slot else [(one.pk, slot_words(one)) for one in slots[:_MOST_SLOTS]],
            "has_coaches": bool(pairs),
            "back": reverse("admin:bookings_event_week"),
        }
        return TemplateResponse(request, "admin/publish_event.html", context)

    def _publish(self, request: HttpRequest, form: DateForm, slot: TimeSlot | None) -> HttpResponse:
        events, skipped = _published(form, slot)
        event = Event.objects.with_slot().get(pk=events[0].pk)
        more = f" and {len(events) - 1} more" if len(events) > 1 else ""
        messages.success(request, f"Published: {what(event)}, {when(event)}{more}. Clients can book places at once.")
        if skipped:
            messages.warning(request, f"{skipped} of the days can't have it, and were left out.")
        if "again" in request.POST:
            return HttpResponseRedirect(f"{request.path}?{urlencode({'slot': event.time_slot_id})}")
        if more:
            return HttpResponseRedirect(f"{reverse('admin:bookings_event_week')}?from={event.date}")
        return HttpResponseRedirect(self.page_of(event.pk))


def _published(form: Any, slot: TimeSlot | None) -> tuple[Sequence[Event], int]:
    """The events, and how many days were left out."""
    coach, brand_id, hours, terms = (
        form.offer() if slot is None else (slot.coach, slot.brand_id, slot.hours, slot.terms)
    )
    offer: Any = {
        "coach": coach,
        "brand_id": brand_id,
        "slot_id": slot and slot.pk,
        "hours": hours,
        "terms": terms,
        "now": timezone.now(),
    }
    day, weeks = form.cleaned_data["day"], form.cleaned_data["weeks"]
    if weeks == 1:
        return [publish_event(**offer, day=day)], 0
    series = publish_series(
        **offer,
        first_day=day,
        rule=parse(f"FREQ=WEEKLY;COUNT={weeks}"),
        on_conflict=OnConflict.SKIP if form.cleaned_data["skip"] else OnConflict.FAIL,
    )
    return series.events, len(series.skipped)


def _slot(slots: Any, text: str) -> TimeSlot | None:
    try:
        return slots.filter(pk=forms.UUIDField().clean(text)).first() if text else None
    except ValidationError:
        return None
