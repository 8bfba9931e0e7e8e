"""Slots in the admin: opened from working hours with a picture of what will be, one by one, and closed."""

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db import Error
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display

from accounts.admin_base import BrandFilter, ReadOnly
from accounts.admin_sites import tenant_site
from api.admin_services import ActsThroughServices
from scheduling.rules.wall_time import resolve
from tenants.errors import DomainError
from visits.admin_picture import picture
from visits.admin_slot_forms import SlotForm, SlotsForm
from visits.models import Slot
from visits.rules.slots import MINUTE
from visits.selectors.openings import planned_slots
from visits.selectors.slots import can_be_booked
from visits.services.close_slot import close_slot
from visits.services.open_slot import open_slot
from visits.services.open_slots import open_slots


@admin.register(Slot, site=tenant_site)
class SlotAdmin(ReadOnly, ActsThroughServices):
    list_display = ("starts_at", "ends_at", "provider_name", "brand", "is_open")
    list_filter = (("starts_at", RangeDateFilter), ("brand", BrandFilter))
    list_select_related = ("provider__person", "brand")
    search_fields = ("provider__person__given_name", "provider__person__family_name")
    date_hierarchy = "starts_at"
    actions: ClassVar = ["close_chosen"]
    actions_list: ClassVar = ["open_many", "open_one"]
    own_path = "provider__person__user"

    @display(description="Provider", ordering="provider__person__given_name")
    def provider_name(self, slot: Slot) -> str:
        return slot.provider.person.name

    @display(description="Open", boolean=True)
    def is_open(self, slot: Slot) -> bool:
        return slot.closed_at is None

    @admin.action(description="Close", permissions=["act"])
    def close_chosen(self, request: HttpRequest, slots: QuerySet[Slot]) -> None:
        for slot in slots:
            self.act(request, str(slot.pk), lambda one: f"Closed: {close_slot(slot=one, now=timezone.now())}.")

    @action(description="Open slots", permissions=["act"], icon="calendar_month", url_path="open")
    def open_many(self, request: HttpRequest) -> HttpResponse:
        """First asked for a preview, whose address says what was asked; then told to open what it shows."""
        given = request.POST if request.method == "POST" else request.GET
        form = SlotsForm(given or None, request=request)
        context = {}
        if form.is_valid():
            try:
                if request.method == "POST":
                    return self._open_many(request, form)
                context = _preview(form)
            except (DomainError, Error) as error:
                form.refuse(error)
        asked = [(name, value) for name in form.fields for value in given.getlist(name)]
        return self._page(request, "Open slots", form, template="admin/open_slots.html", asked=asked, **context)

    @action(description="Open one slot", permissions=["act"], icon="more_time", url_path="open-one")
    def open_one(self, request: HttpRequest) -> HttpResponse:
        form = SlotForm(request.POST or None, request=request)
        if form.is_valid():
            try:
                return self._open_one(request, form)
            except (DomainError, Error) as error:
                form.refuse(error)
        return self._page(request, "Open one slot", form, template="admin/open_slot.html")

    def _open_many(self, request: HttpRequest, form: SlotsForm) -> HttpResponse:
        provider = form.cleaned_data["provider"]
        opened = open_slots(
            provider=provider.staff_member, brand_id=provider.brand_id, wanted=form.wanted(), now=timezone.now()
        )
        if opened.slots:
            messages.success(request, f"{_slots(len(opened.slots))} of {provider} opened: patients can book them now.")
        else:
            messages.warning(request, "Nothing was opened. The picture says why.")
        asked = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
        return HttpResponseRedirect(f"{request.path}?{urlencode(asked)}")

    def _open_one(self, request: HttpRequest, form: SlotForm) -> HttpResponse:
        fields = form.cleaned_data
        provider, now = fields["provider"], timezone.now()
        starts_at = resolve(
            datetime.combine(fields["day"], fields["start"]), ZoneInfo(provider.staff_member.resource.timezone)
        )
        slot = open_slot(
            provider=provider.staff_member,
            brand_id=provider.brand_id,
            starts_at=starts_at,
            ends_at=starts_at + fields["length"] * MINUTE,
            now=now,
        )
        messages.success(request, f"Open: {slot}.")
        if not can_be_booked(slot, now=now):
            messages.warning(request, "It can't be booked yet: its day is closed, or the provider is busy then.")
        return HttpResponseRedirect(self._list)

    def _page(self, request: HttpRequest, title: str, form: SlotForm, *, template: str, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": None,
            "opts": self.opts,
            "form": form,
            "has_providers": form.providers.exists(),
            "back": self._list,
            **more,
        }
        return TemplateResponse(request, template, context)

    @property
    def _list(self) -> str:
        return reverse("admin:visits_slot_changelist")


def _preview(form: SlotsForm) -> dict[str, Any]:
    provider, wanted = form.cleaned_data["provider"], form.wanted()
    zone = ZoneInfo(provider.staff_member.resource.timezone)
    planned = planned_slots(provider.staff_member, brand_id=provider.brand_id, wanted=wanted, now=timezone.now())
    return {"picture": picture(planned, wanted=wanted, zone=zone), "zone": zone.key, "provider": provider}


def _slots(number: int) -> str:
    return "1 slot" if number == 1 else f"{number} slots"
