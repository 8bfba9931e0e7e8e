"""Publishing an event in the admin: of a new time slot, or of one that is there on another date."""

from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

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

    def _publish(self, request: HttpRequest, form: Any, slot: TimeSlot | None) -> HttpResponse:
        event = _of_slot(slot, form) if slot else _of_new_slot(form)
        event = Event.objects.with_slot().get(pk=event.pk)
        messages.success(request, f"Published: {what(event)}, {when(event)}. Clients can book places at once.")
        again = urlencode({"slot": event.time_slot_id})
        if "again" in request.POST:
            return HttpResponseRedirect(f"{request.path}?{again}")
        return HttpResponseRedirect(self.page_of(event.pk))


def _of_slot(slot: TimeSlot, form: DateForm) -> Event:
    return publish_event(
        coach=slot.coach,
        brand_id=slot.brand_id,
        slot_id=slot.pk,
        hours=slot.hours,
        terms=slot.terms,
        day=form.cleaned_data["day"],
        now=timezone.now(),
    )


def _of_new_slot(form: EventForm) -> Event:
    coach, brand = form.coach_and_brand
    return publish_event(
        coach=coach,
        brand_id=brand.pk,
        slot_id=None,
        hours=form.hours(ZoneInfo(coach.resource.timezone)),
        terms=form.terms(),
        day=form.cleaned_data["day"],
        now=timezone.now(),
    )


def _slot(slots: Any, text: str) -> TimeSlot | None:
    try:
        return slots.filter(pk=forms.UUIDField().clean(text)).first() if text else None
    except ValidationError:
        return None
