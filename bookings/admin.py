"""Office hours and their bookings. What changes a booking goes through the services."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin_base import BrandScopedAdmin, NoDelete, ReadOnly, selectable_brands
from accounts.admin_sites import tenant_site
from accounts.backends import roles_of
from accounts.rules import Role
from bookings.models import CoachBooking, OfficeHour, OfficeHourException
from bookings.rules.coach_booking import Status
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from scheduling.models.hours import WEEKDAYS
from tenants.errors import DomainError

_COLOURS = {"Booked": "info", "Completed": "success", "Cancelled": "danger", "No show": "warning"}


class BrandFilter(RelatedDropdownFilter):
    """Offers the brands that the viewer may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:  # noqa: ARG002
        return [(brand.pk, str(brand)) for brand in selectable_brands(request)]


class CancelForm(BaseDialogForm):
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="The client reads it in the mail.",
    )


@admin.register(CoachBooking, site=tenant_site)
class CoachBookingAdmin(ReadOnly, BrandScopedAdmin):
    list_display = ("starts_at", "client_name", "coach_name", "duration", "shown_status", "brand")
    list_filter = (
        ("coach", AutocompleteSelectFilter),
        ("brand", BrandFilter),
        ("starts_at", RangeDateFilter),
        ("status", ChoicesDropdownFilter),
    )
    list_select_related = ("client__person", "coach__person", "brand")
    search_fields = (
        "client__person__given_name",
        "client__person__family_name",
        "client__person__email",
        "coach__person__given_name",
        "coach__person__family_name",
    )
    search_help_text = "Client or coach, by name; clients by e-mail address too"
    date_hierarchy = "starts_at"
    actions_detail: ClassVar = ["cancel", "completed", "no_show"]
    fields = (
        "starts_at",
        "duration",
        "shown_status",
        "client",
        "coach",
        "brand",
        "office_hour",
        "notes",
        "cancelled_at",
        "cancel_reason",
        "created_at",
        "updated_at",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A coach who is nothing else sees their own."""
        rows = super().get_queryset(request)
        user: Any = request.user
        if not user.is_superuser and set(roles_of(user)) == {Role.COACH}:
            return rows.filter(coach__person__user=user)
        return rows

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the viewer may say what became of a booking, this one if it is named."""
        user: Any = request.user
        if not user.has_perm("bookings.change_coachbooking"):
            return False
        return object_id is None or self.get_queryset(request).filter(pk=object_id).exists()

    @display(description="Client", ordering="client__person__given_name")
    def client_name(self, booking: CoachBooking) -> str:
        return booking.client.person.name

    @display(description="Coach", ordering="coach__person__given_name")
    def coach_name(self, booking: CoachBooking) -> str:
        return booking.coach.person.name

    @display(description="Length")
    def duration(self, booking: CoachBooking) -> str:
        return f"{booking.duration_minutes} min"

    @display(description="Status", label=_COLOURS, ordering="status")
    def shown_status(self, booking: CoachBooking) -> str:
        return booking.get_status_display()

    @action(
        description="Cancel booking",
        permissions=["act"],
        icon="event_busy",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Cancel this booking",
            "description": "The coach's time becomes free at once, and the client is told by mail.",
            "form_class": CancelForm,
            "form_submit_text": "Cancel booking",
        },
    )
    def cancel(self, request: HttpRequest, form: CancelForm, object_id: str) -> HttpResponse:
        booking = self.get_queryset(request).get(pk=object_id)
        try:
            cancel_coach_booking(booking=booking, reason=form.cleaned_data["reason"], as_staff=True, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Cancelled. The client is told by mail.")
        return self._back(object_id)

    @action(
        description="Took place",
        permissions=["act"],
        icon="check_circle",
        dialog={
            "title": "The client came",
            "description": "The booking becomes completed. This can't be undone here.",
            "form_class": None,
            "form_submit_text": "It took place",
        },
    )
    def completed(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._record(request, object_id, came=True)

    @action(
        description="No-show",
        permissions=["act"],
        icon="person_off",
        dialog={
            "title": "The client did not come",
            "description": "The booking becomes a no-show. This can't be undone here.",
            "form_class": None,
            "form_submit_text": "Nobody came",
        },
    )
    def no_show(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._record(request, object_id, came=False)

    def _record(self, request: HttpRequest, object_id: str, *, came: bool) -> HttpResponse:
        booking = self.get_queryset(request).get(pk=object_id)
        try:
            booking = record_attendance(booking=booking, came=came, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Noted: {booking.get_status_display().lower()}.")
        return self._back(object_id)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what is possible: nothing for a booking that is over with."""
        possible = self.get_queryset(request).filter(pk=object_id, status=Status.BOOKED).exists()
        actions: list[Any] = super().get_actions_detail(request, object_id) if possible else []
        return actions

    def _back(self, object_id: str) -> HttpResponse:
        """The dialog was sent by htmx, which takes the page to where this says."""
        page = reverse("admin:bookings_coachbooking_change", args=[object_id])
        return HttpResponse(headers={"HX-Redirect": page})


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
    list_filter = (("coach", AutocompleteSelectFilter), ("brand", BrandFilter), "is_active")
    list_select_related = ("coach__person", "brand")
    search_fields = ("coach__person__given_name", "coach__person__family_name")
    autocomplete_fields = ("coach",)
    inlines: ClassVar = [OfficeHourExceptionInline]
    fieldsets = (
        (None, {"fields": ("coach", "brand", "is_active")}),
        ("When", {"fields": ("weekdays", "date", "start_time", "end_time", "timezone", "valid_from", "valid_until")}),
        ("Booking", {"fields": ("duration_minutes", "notice_minutes", "horizon_days")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        return () if obj is None else ("coach", "brand")

    @display(description="Coach", ordering="coach__person__given_name")
    def coach_name(self, office_hour: OfficeHour) -> str:
        return office_hour.coach.person.name

    @display(description="Time")
    def window(self, office_hour: OfficeHour) -> str:
        return f"{office_hour.start_time:%H:%M} to {office_hour.end_time:%H:%M}"
