"""Bookings of coaches in the admin. What changes one goes through the services."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin_base import BrandFilter, ReadOnly
from accounts.admin_history import with_names
from accounts.admin_sites import tenant_site
from accounts.backends import brands_for
from api.admin_services import ActsThroughServices, confirmation
from bookings.models import CoachBooking
from bookings.rules.coach_booking import Status, may_reschedule
from bookings.selectors.office_hours import coach_slots
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from bookings.services.reschedule_coach_booking import reschedule_coach_booking
from notifications.public import message_timeline
from scheduling.public import Period, StaffMember

# Shown at once of a coach's free slots.
DAYS = 7
# Around an instant there must be room to look at the days before and after it.
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
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
class CoachBookingAdmin(ReadOnly, ActsThroughServices):
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
    actions_detail: ClassVar = ["move", "cancel", "completed", "no_show"]
    change_form_outer_after_template = "admin/message_timeline.html"
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

    @action(description="Move", permissions=["act"], icon="event_repeat")
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A page with the coach's free slots, a week at a time: to choose from, rather than to type."""
        booking: Any = self.get_object(request, object_id)
        if request.method == "POST":
            return self._move(request, booking)
        now = timezone.now()
        first = max(parse_day(request.GET.get("from", "")) or timezone.localdate(), timezone.localdate())
        start = datetime.combine(first, time(), timezone.get_current_timezone())
        free = coach_slots(
            coach=booking.coach,
            brand_id=booking.brand_id,
            within=Period(max(start, now), start + timedelta(days=DAYS)),
            now=now,
            but=booking.pk,
        )
        days: dict[date, list[datetime]] = {first + timedelta(days=number): [] for number in range(DAYS)}
        for slot in free:
            if slot.start != booking.starts_at:
                days.setdefault(timezone.localdate(slot.start), []).append(slot.start)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Move {booking}",
            "subtitle": None,
            "booking": booking,
            "opts": self.opts,
            "days": list(days.items())[:DAYS],
            "earlier": first - timedelta(days=DAYS) if first > timezone.localdate() else None,
            "later": first + timedelta(days=DAYS),
            "back": self.page_of(booking.pk),
        }
        return TemplateResponse(request, "admin/move_booking.html", context)

    def _move(self, request: HttpRequest, booking: CoachBooking) -> HttpResponse:
        slot_at = parse_instant(request.POST.get("slot_at", ""))
        if slot_at is None:
            messages.error(request, "Choose one of the slots.")
            return HttpResponseRedirect(request.get_full_path())
        done = self.act(request, str(booking.pk), partial(_moved, slot_at=slot_at))
        return HttpResponseRedirect(self.page_of(booking.pk) if done else request.get_full_path())

    @action(
        description="Cancel booking",
        permissions=["act"],
        icon="event_busy",
        variant=ActionVariant.DANGER,
        dialog=confirmation(
            title="Cancel this booking",
            description="The coach's time becomes free at once, and the client is told by mail.",
            submit="Cancel booking",
            form=CancelForm,
        ),
    )
    def cancel(self, request: HttpRequest, form: CancelForm, object_id: str) -> HttpResponse:
        def cancel(booking: CoachBooking) -> str:
            cancel_coach_booking(booking=booking, reason=form.cleaned_data["reason"], as_staff=True, now=timezone.now())
            return "Cancelled. The client is told by mail."

        return self.act_from_dialog(request, object_id, cancel)

    @action(
        description="Took place",
        permissions=["act"],
        icon="check_circle",
        dialog=confirmation(
            title="The client came",
            description="The booking becomes completed. This can't be undone here.",
            submit="It took place",
        ),
    )
    def completed(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._record(request, object_id, came=True)

    @action(
        description="No-show",
        permissions=["act"],
        icon="person_off",
        dialog=confirmation(
            title="The client did not come",
            description="The booking becomes a no-show. This can't be undone here.",
            submit="Nobody came",
        ),
    )
    def no_show(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._record(request, object_id, came=False)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what is possible: nothing for a booking that is over with, and no move of what has begun."""
        booking: Any = self.get_object(request, object_id)
        if booking is None or booking.status != Status.BOOKED or not self.may(request, "change", booking):
            return []
        actions: list[Any] = super().get_actions_detail(request, None)
        if not may_reschedule(Status(booking.status), starts_at=booking.starts_at, now=timezone.now()):
            actions = [one for one in actions if not one.action_name.endswith("_move")]
        return actions

    def also_shown(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """With what was told about the booking, for who may see messages of its brand."""
        if not may_see_messages(request, row):
            return {}
        timeline = with_names(message_timeline(kind=CoachBooking.SUBJECT_KIND, subject_id=row.pk))
        return {"timeline": timeline, "timeline_title": "Messages"}

    def _record(self, request: HttpRequest, object_id: str, *, came: bool) -> HttpResponse:
        def record(booking: CoachBooking) -> str:
            changed = record_attendance(booking=booking, came=came, now=timezone.now())
            return f"Noted: {changed.get_status_display().lower()}."

        return self.act_from_dialog(request, object_id, record)


def _moved(booking: CoachBooking, *, slot_at: datetime) -> str:
    moved = reschedule_coach_booking(booking=booking, slot_at=slot_at, now=timezone.now())
    return f"Moved to {timezone.localtime(moved.starts_at):%a %d %b %Y, %H:%M}."


def may_see_messages(request: HttpRequest, booking: CoachBooking) -> bool:
    """They tell addresses: a role that sees bookings does not always see them."""
    brands = brands_for(request.user, "notifications.view_message")
    return brands is None or booking.brand_id in brands


def parse_day(text: str) -> date | None:
    """A day of the near future as ISO writes it; None for anything else."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and day.year < _LAST_YEAR else None


def parse_instant(text: str) -> datetime | None:
    """An instant with its offset; None for anything else."""
    try:
        instant = parse_datetime(text)
    except ValueError:
        return None
    return instant if instant and instant.tzinfo and _FIRST_YEAR < instant.year < _LAST_YEAR else None
