"""Office hours in the admin; their bookings are in `admin_bookings`, events in `admin_events` and beside it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from accounts.admin_base import BrandFilter, BrandScopedAdmin, NoDelete, permission_to, selectable_brands
from accounts.admin_sites import tenant_site
from bookings.admin_bookings import CoachBookingAdmin, CoachFilter
from bookings.admin_catalogue import DisputeReasonAdmin, EventSettingsAdmin, SportAdmin, TimeSlotAdmin
from bookings.admin_disputes import DisputeAdmin
from bookings.admin_events import EventAdmin
from bookings.admin_orders import OrderAdmin
from bookings.admin_places import EventBookingAdmin
from bookings.models import OfficeHour, OfficeHourException
from scheduling.models.hours import WEEKDAYS
from scheduling.public import StaffMember

__all__ = [
    "CoachBookingAdmin",
    "DisputeAdmin",
    "DisputeReasonAdmin",
    "EventAdmin",
    "EventBookingAdmin",
    "EventSettingsAdmin",
    "OfficeHourAdmin",
    "OrderAdmin",
    "SportAdmin",
    "TimeSlotAdmin",
]


class OfficeHourForm(forms.ModelForm):  # type: ignore[type-arg]
    weekdays = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Or choose one date.",
    )

    class Meta:
        model = OfficeHour
        fields = "__all__"  # noqa: DJ007 - the admin names the fields
        widgets: ClassVar = {"timezone": UnfoldAdminTextInputWidget}

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        coach, brand = fields.get("coach"), fields.get("brand")
        if coach and brand and not coach.brands.filter(pk=brand.pk).exists():
            raise forms.ValidationError({"coach": f"{coach} does not work for {brand}."})
        return fields


class OfficeHourExceptionInline(TabularInline):
    model = OfficeHourException
    extra = 0


@admin.register(OfficeHour, site=tenant_site)
class OfficeHourAdmin(NoDelete, BrandScopedAdmin):
    """Offers take no time, so they may be edited. What was booked in them stays booked."""

    form = OfficeHourForm
    list_display = ("coach_name", "days", "window", "timezone", "duration_minutes", "brand", "is_active")
    list_filter = (("coach", CoachFilter), ("brand", BrandFilter), "is_active")
    list_select_related = ("coach__person", "brand")
    search_fields = ("coach__person__given_name", "coach__person__family_name")
    autocomplete_fields = ("coach",)
    own_path = "coach__person__user"
    inlines: ClassVar = [OfficeHourExceptionInline]
    fieldsets = (
        (None, {"fields": ("coach", "brand", "is_active")}),
        ("When", {"fields": ("weekdays", "date", "start_time", "end_time", "timezone", "valid_from", "valid_until")}),
        ("Booking", {"fields": ("duration_minutes", "notice_minutes", "horizon_days")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        return () if obj is None else ("coach", "brand")

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "coach":
            brands = selectable_brands(request, permission_to("add", OfficeHour))
            kwargs["queryset"] = StaffMember.objects.filter(
                pk__in=StaffMember.objects.filter(brands__in=brands).values("pk")
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description="Coach", ordering="coach__person__given_name")
    def coach_name(self, office_hour: OfficeHour) -> str:
        return office_hour.coach.person.name

    @display(description="Time")
    def window(self, office_hour: OfficeHour) -> str:
        return f"{office_hour.start_time:%H:%M} to {office_hour.end_time:%H:%M}"
