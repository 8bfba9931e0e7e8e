"""What events are made of, in the admin: sports, reasons for disputes, time slots, and what brands want."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from accounts.admin_base import BrandFilter, BrandScopedAdmin, NoDelete, ReadOnly, WholeTenantOnly
from accounts.admin_sites import tenant_site
from bookings.admin_event_pictures import roubles
from bookings.models import DisputeReason, EventSettings, Sport, TimeSlot


class NamedOnce(WholeTenantOnly, NoDelete):
    """Events and disputes name them: they are switched off, not deleted."""

    list_display = ("name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields: ClassVar = ("name", "is_active")


@admin.register(Sport, site=tenant_site)
class SportAdmin(NamedOnce):
    pass


@admin.register(DisputeReason, site=tenant_site)
class DisputeReasonAdmin(NamedOnce):
    pass


@admin.register(EventSettings, site=tenant_site)
class EventSettingsAdmin(NoDelete, BrandScopedAdmin):
    """One row for a brand at the most; a brand without one has the defaults."""

    list_display = ("brand", "allows_overlaps", "offered_for")
    list_select_related = ("brand",)
    fields: ClassVar = ("brand", "allows_overlaps", "offer_minutes")

    @display(description="Offers to who waits", ordering="offer_minutes")
    def offered_for(self, settings: EventSettings) -> str:
        return f"{settings.offer_minutes} min"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        return () if obj is None else ("brand",)


@admin.register(TimeSlot, site=tenant_site)
class TimeSlotAdmin(ReadOnly, BrandScopedAdmin):
    """Shown so that it can be looked up what an event is a date of; published with it."""

    list_display = ("__str__", "coach_name", "participants", "shown_price", "brand")
    list_filter = (("brand", BrandFilter), "needs_approval")
    list_select_related = ("coach__person", "sport", "brand")
    search_fields = ("coach__person__given_name", "coach__person__family_name", "sport__name")
    fields: ClassVar = (
        "coach",
        "brand",
        "sport",
        "starts",
        "ends",
        "timezone",
        "participants",
        "kind",
        "address",
        "shown_price",
        "age_from",
        "age_to",
        "eligibility",
        "level",
        "is_public",
        "needs_approval",
        "created_at",
    )
    readonly_fields = fields
    own_path = "coach__person__user"

    @display(description="Coach", ordering="coach__person__given_name")
    def coach_name(self, slot: TimeSlot) -> str:
        return slot.coach.person.name

    @display(description="Price", ordering="price")
    def shown_price(self, slot: TimeSlot) -> str:
        return roubles(slot.price)
