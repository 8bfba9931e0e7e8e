"""Disputes about places in events in the admin: what was said, and the last word of staff."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from accounts.admin_base import ReadOnly
from accounts.admin_sites import tenant_site
from api.admin_services import ActsThroughServices
from bookings.admin_event_pictures import roubles, what, when
from bookings.models import Dispute
from bookings.rules.event_booking import LONGEST_NOTE
from bookings.services.resolve_dispute import resolve_dispute


class ResolutionForm(forms.Form):
    resolution = forms.CharField(label="What was decided", max_length=LONGEST_NOTE)


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("open", "Open"), ("settled", "Settled")]

    def queryset(self, request: HttpRequest, disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:  # noqa: ARG002
        return disputes.filter(resolved_at__isnull=self.value() == "open") if self.value() else disputes


@admin.register(Dispute, site=tenant_site)
class DisputeAdmin(ReadOnly, ActsThroughServices):
    list_display = ("opened", "who", "reason", "event_name", "coach_name", "state")
    list_filter = (StateFilter,)
    search_fields = (
        "booking__client__person__given_name",
        "booking__client__person__family_name",
        "booking__event__coach__person__given_name",
        "booking__event__coach__person__family_name",
    )
    search_help_text = "Client or coach, by name"
    # Open ones first, of these the oldest.
    ordering = (F("resolved_at").desc(nulls_first=True), "opened_at")
    change_form_outer_before_template = "admin/dispute_page.html"
    fields: ClassVar = ("who", "opened", "state")
    readonly_fields = fields
    brand_path = "booking__brand"
    own_path = "booking__event__coach__person__user"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen: QuerySet[Any] = super().get_queryset(request).filter(booking__client__person__erased_at=None)
        event = ("coach__person", "time_slot__sport", "brand")
        related = ("disputer", "reason", "booking__client__person", *(f"booking__event__{name}" for name in event))
        return seen.select_related(*related)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.resolve)
        return [path("<int:dispute_id>/resolve/", view, name="bookings_dispute_resolve"), *super().get_urls()]

    @display(description="Since", ordering="opened_at")
    def opened(self, dispute: Dispute) -> str:
        return f"{timezone.localtime(dispute.opened_at):%a %d %b %Y, %H:%M}"

    @display(description="Complains", ordering="disputer__given_name")
    def who(self, dispute: Dispute) -> str:
        return dispute.disputer.name

    @display(description="About")
    def event_name(self, dispute: Dispute) -> str:
        return f"{what(dispute.booking.event)}, {when(dispute.booking.event)}"

    @display(description="Coach")
    def coach_name(self, dispute: Dispute) -> str:
        return dispute.booking.event.coach.person.name

    @display(description="State", label={"Open": "danger", "Settled": "success"}, ordering="resolved_at")
    def state(self, dispute: Dispute) -> str:
        return "Settled" if dispute.resolved_at else "Open"

    def also_shown(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        may_resolve = row.resolved_at is None and self.has_act_permission(request, row.pk)
        return {**_story(row), "may_resolve": may_resolve}

    def resolve(self, request: HttpRequest, dispute_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_act_permission(request, dispute_id):
            raise PermissionDenied
        form = ResolutionForm(request.POST)
        if form.is_valid():
            self.act(request, str(dispute_id), lambda dispute: _resolved(dispute, form.cleaned_data["resolution"]))
        else:
            messages.error(request, f"{form['resolution'].label}: {form.errors['resolution'][0]}")
        return HttpResponseRedirect(self.page_of(dispute_id))


def _resolved(dispute: Dispute, resolution: str) -> str:
    resolve_dispute(booking=dispute.booking, resolution=resolution, now=timezone.now())
    return "Settled, for good. Nobody was written to: tell both sides what was decided."


def _story(dispute: Any) -> dict[str, Any]:
    booking = dispute.booking
    event = booking.event
    is_client = dispute.disputer_id == booking.client.person_id
    return {
        "dispute": dispute,
        "what": what(event),
        "when": when(event),
        "booking": booking,
        "client_name": booking.client.person.name,
        "coach_name": event.coach.person.name,
        "is_client": is_client,
        "story": [
            (booking.created_at, f"{booking.client.person.name} booked a place, {roubles(booking.price)}"),
            (event.starts_at, f"{what(event)} began"),
            (event.ends_at, f"{what(event)} ended"),
            (dispute.opened_at, f"{dispute.disputer.name} complained: {dispute.reason}"),
            *([(dispute.resolved_at, "Staff settled it")] if dispute.resolved_at else []),
        ],
        "resolve_address": reverse("admin:bookings_dispute_resolve", args=[dispute.pk]),
        "page_of_booking": reverse("admin:bookings_eventbooking_change", args=[booking.pk]),
        "page_of_event": reverse("admin:bookings_event_change", args=[event.pk]),
    }
