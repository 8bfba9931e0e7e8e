"""Cancelling an event in the admin: a page that says for how many it is cancelled, before it is."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from api.admin_services import ActsThroughServices
from bookings.admin_event_pictures import what, when
from bookings.admin_place_steps import role_of
from bookings.models import Event
from bookings.models.orders import REASON_CODES
from bookings.rules.event_booking import Role
from bookings.rules.events import EventStatus
from bookings.selectors.event_fill import affected
from bookings.services.cancel_event import cancel_event


class CancelForm(forms.Form):
    reason = forms.ChoiceField(choices=REASON_CODES, initial="Other", widget=UnfoldAdminSelectWidget)
    text = forms.CharField(
        label="In words",
        max_length=1000,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Each client reads it in the message.",
    )


class CancelsEvents(ActsThroughServices):
    """Of the events' admin: the page `cancel`."""

    @action(description="Cancel event…", permissions=["act"], icon="event_busy", variant=ActionVariant.DANGER)
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        event: Any = self.get_object(request, object_id)
        if not is_cancellable(event):
            messages.warning(request, "It is cancelled already, or over: there is nothing left to cancel.")
            return HttpResponseRedirect(self.page_of(event.pk))
        form = CancelForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._cancel(request, event, form.cleaned_data)
        booked, waiting = affected(event)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Cancel {what(event)}, {when(event)}",
            "subtitle": None,
            "opts": self.opts,
            "form": form,
            "event": event,
            "what": what(event),
            "when": when(event),
            "booked": booked,
            "waiting": waiting,
            "back": self.page_of(event.pk),
        }
        return TemplateResponse(request, "admin/cancel_event.html", context)

    def _cancel(self, request: HttpRequest, event: Event, said: dict[str, str]) -> HttpResponse:
        role = role_of(request, event)
        self.act(request, str(event.pk), lambda found: _canceled(found, said, role))
        return HttpResponseRedirect(self.page_of(event.pk))


def is_cancellable(event: Event) -> bool:
    return event.status == EventStatus.SCHEDULED and timezone.now() < event.ends_at


def _canceled(event: Event, said: dict[str, str], role: Role) -> str:
    booked, _waiting = affected(event)
    cancel_event(event=event, role=role, reason_code=said["reason"], reason_text=said["text"], now=timezone.now())
    places = f"{booked} booking{'' if booked == 1 else 's'}"
    return f"Cancelled, with {places}. The coach's time is free again; whom a rule names is told."
