"""Events in the admin: the list with how full each is, and the page of one. Services change them."""

from typing import Any, ClassVar, Final

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import mark_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from accounts.admin_base import BrandFilter, ReadOnly
from accounts.admin_history import with_names
from accounts.admin_sites import tenant_site
from bookings.admin_attendance import PrintsAttendance
from bookings.admin_bookings import CoachFilter, may_see_messages
from bookings.admin_event_cancel import CancelsEvents, is_cancellable
from bookings.admin_event_pictures import coachs_clock, drawn, fill_of, roubles, what, when
from bookings.admin_event_publish import PublishesEvents
from bookings.admin_event_week import ShowsWeek
from bookings.admin_place_steps import places
from bookings.models import Event, EventBooking
from bookings.rules.event_booking import Status
from bookings.rules.events import EventStatus
from bookings.selectors.event_fill import with_fill
from bookings.selectors.waiting import line_of
from notifications.public import message_timelines

# Of the bookings, the line and the messages on an event's page.
_MOST: Final = 200
_OFF: Final = {Status.CANCELED, Status.REJECTED}


class WhenFilter(DropdownFilter):
    """Those to come, unless something else is asked for."""

    title = "when"
    parameter_name = "when"
    all_option: ClassVar = ["", "To come"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("past", "Past"), ("all", "All")]

    def queryset(self, request: HttpRequest, events: QuerySet[Event]) -> QuerySet[Event]:  # noqa: ARG002
        now = timezone.now()
        if self.value() == "all":
            return events
        return events.filter(ends_at__lte=now).reverse() if self.value() == "past" else events.filter(ends_at__gt=now)


class PlacesFilter(DropdownFilter):
    title = "places"
    parameter_name = "places"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("free", "Has free places"), ("full", "Full"), ("asked", "Somebody asks for a place")]

    def queryset(self, request: HttpRequest, events: QuerySet[Event]) -> QuerySet[Event]:  # noqa: ARG002
        standing = events.filter(status=EventStatus.SCHEDULED) if self.value() else events
        if self.value() == "free":
            return standing.filter(taken__lt=F("capacity"))
        if self.value() == "full":
            return standing.filter(taken=F("capacity"))
        if self.value() == "asked":
            return standing.filter(Exists(EventBooking.objects.filter(event=OuterRef("pk"), status=Status.PENDING)))
        return events


@admin.register(Event, site=tenant_site)
class EventAdmin(ReadOnly, ShowsWeek, PublishesEvents, CancelsEvents, PrintsAttendance):
    list_display = ("when", "what", "coach_name", "fill", "shown_status", "brand")
    list_filter = (
        WhenFilter,
        PlacesFilter,
        ("coach", CoachFilter),
        ("time_slot__sport", RelatedDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("brand", BrandFilter),
    )
    search_fields = ("coach__person__given_name", "coach__person__family_name", "time_slot__sport__name")
    search_help_text = "Coach or sport, by name"
    ordering = ("starts_at", "pk")
    actions_list: ClassVar = ["week", "publish"]
    actions_detail: ClassVar = ["attendance", "cancel"]
    change_form_outer_before_template = "admin/event_page.html"
    change_form_outer_after_template = "admin/event_messages.html"
    fields = (
        "coach",
        "coach_name",
        "shown_brand",
        "price",
        "for_whom",
        "approval",
        "found_by",
        "canceled",
        "cancellation_reason_text",
        "created_at",
    )
    readonly_fields = fields
    own_path = "coach__person__user"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = super().get_queryset(request)
        related = ("time_slot__sport", "time_slot__address", "coach__person", "brand")
        return with_fill(seen.select_related(*related))

    @display(description="When", ordering="starts_at")
    def when(self, event: Event) -> str:
        return when(event)

    @display(description="Event", ordering="time_slot__sport__name")
    def what(self, event: Event) -> str:
        return what(event)

    @display(description="Coach", ordering="coach__person__given_name")
    def coach_name(self, event: Event) -> str:
        return event.coach.person.name

    @display(description="Places")
    def fill(self, event: Event) -> str:
        return mark_safe(drawn(event))  # noqa: S308 - a template of ours, which escapes

    @display(description="Status", label={"Scheduled": "info", "Cancelled": "danger"}, ordering="status")
    def shown_status(self, event: Event) -> str:
        return "Cancelled" if event.status == EventStatus.CANCELED else event.status

    @display(description="Price of a place")
    def price(self, event: Event) -> str:
        return roubles(event.time_slot.price)

    @display(description="For whom")
    def for_whom(self, event: Event) -> str:
        slot = event.time_slot
        ages = "of any age" if slot.terms.entry.is_for_all_ages else f"from {slot.age_from} to {slot.age_to} years"
        who = {"All": "Everybody", "Men": "Men", "Women": "Women"}[slot.eligibility]
        return f"{who} {ages}; level: {slot.level.lower()}"

    @display(description="Approval")
    def approval(self, event: Event) -> str:
        return "The coach approves each booking" if event.time_slot.needs_approval else "Booked at once"

    @display(description="Found by")
    def found_by(self, event: Event) -> str:
        return "Everybody, in the list of events" if event.time_slot.is_public else "Those alone who have its link"

    @display(description="Cancelled")
    def canceled(self, event: Event) -> str:
        if event.canceled_at is None:
            return ""
        by = "the coach" if event.canceled_by_role == "Coach" else "the house"
        return f"{timezone.localtime(event.canceled_at):%a %d %b %Y, %H:%M}, by {by}"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The coach leads to their page for who may see it; of cancelling only what was cancelled says something."""
        hidden = {"coach_name" if request.user.has_perm("scheduling.view_staffmember") else "coach"}
        if obj is None or obj.status != EventStatus.CANCELED:
            hidden |= {"canceled", "cancellation_reason_text"}
        return tuple(name for name in self.fields if name not in hidden)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Cancelling only while it is possible."""
        event: Any = self.get_object(request, object_id)
        actions: list[Any] = super().get_actions_detail(request, None)
        if event is not None and is_cancellable(event) and self.may(request, "change", event):
            return actions
        return [one for one in actions if not one.action_name.endswith("_cancel")]

    def also_shown(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Who comes, who waits, and what they were told. So many statements, however many they are."""
        now, changed = timezone.now(), request.GET.get("place", "")
        bookings = row.bookings.known().select_related("client__person").order_by("created_at", "pk")
        shown = list(bookings[: _MOST + 1])
        for booking in shown:
            booking.event = row
        place_admin: Any = tenant_site._registry[EventBooking]  # noqa: SLF001 - no public way to a registered admin
        found = places(
            shown[:_MOST], changeable=place_admin.changeable(request, shown[:_MOST]), now=now, changed=changed
        )
        people = {
            "fill": fill_of(row),
            "when": when(row),
            "what": what(row),
            "coachs_clock": coachs_clock(row),
            "is_over": row.ends_at <= now,
            "coming": sorted(
                (place for place in found if place.booking.status not in _OFF),
                key=lambda place: place.booking.status != Status.PENDING,
            ),
            "off": [place for place in found if place.booking.status in _OFF],
            "is_more": len(shown) > _MOST,
            "line": line_of(row)[:_MOST],
        }
        if may_see_messages(request, row):
            told = message_timelines(
                kind=EventBooking.SUBJECT_KIND, subject_ids=[booking.pk for booking in shown[:_MOST]], most=_MOST
            )
            people |= {"timeline": with_names(told), "timeline_title": f"Messages about its places ({len(told)})"}
        return people
