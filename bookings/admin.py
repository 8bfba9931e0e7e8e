"""Office hours and their bookings. What changes a booking goes through the services."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import Error
from django.db.models import ForeignKey, Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin_base import BrandFilter, BrandScopedAdmin, NoDelete, ReadOnly, permission_to, selectable_brands
from accounts.admin_sites import tenant_site
from api.errors import as_domain_error
from bookings.models import CoachBooking, OfficeHour, OfficeHourException
from bookings.rules.coach_booking import Status
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from scheduling.models.hours import WEEKDAYS
from scheduling.public import StaffMember
from tenants.errors import DomainError

_COLOURS = {"Booked": "info", "Completed": "success", "Cancelled": "danger", "No show": "warning"}


class CoachFilter(AutocompleteSelectFilter):
    """Names the chosen coach to those alone who see them: anybody can be asked for by number."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            coaches = tenant_site._registry[StaffMember].get_queryset(self.request)  # noqa: SLF001 - no public way
            choice["form"].fields[self.lookup_kwarg].queryset = coaches
            yield choice


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
        ("coach", CoachFilter),
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
    own_path = "coach__person__user"

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the viewer may say what became of a booking, this one if it is named."""
        if not request.user.has_perm(permission_to("change", CoachBooking)):
            return False
        if object_id is None:
            return True
        booking = self.get_object(request, object_id)
        return booking is not None and self.may(request, "change", booking)

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
        def cancel(booking: CoachBooking) -> str:
            cancel_coach_booking(booking=booking, reason=form.cleaned_data["reason"], as_staff=True, now=timezone.now())
            return "Cancelled. The client is told by mail."

        return self._act(request, object_id, cancel)

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

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what is possible: nothing for a booking that is over with."""
        booking: Any = self.get_object(request, object_id)
        if booking is None or booking.status != Status.BOOKED or not self.may(request, "change", booking):
            return []
        actions: list[Any] = super().get_actions_detail(request, None)
        return actions

    def _record(self, request: HttpRequest, object_id: str, *, came: bool) -> HttpResponse:
        def record(booking: CoachBooking) -> str:
            changed = record_attendance(booking=booking, came=came, now=timezone.now())
            return f"Noted: {changed.get_status_display().lower()}."

        return self._act(request, object_id, record)

    def _act(self, request: HttpRequest, object_id: str, act: Callable[[CoachBooking], str]) -> HttpResponse:
        """Does it and says what was done, or why not."""
        booking: Any = self.get_object(request, object_id)
        try:
            done = act(booking)
        except (DomainError, Error) as error:
            refusal = as_domain_error(error, method=request.method or "")
            if refusal is None:
                raise
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        # The dialog was sent by htmx, which takes the page to where this says.
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
