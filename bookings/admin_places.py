"""Bookings of places in events in the admin: the list, the page of one, and what waits for a decision."""

from typing import Any, ClassVar, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display

from accounts.admin_base import BrandFilter, ReadOnly
from accounts.admin_history import with_names
from accounts.admin_sites import tenant_site
from bookings.admin_bookings import may_see_messages
from bookings.admin_event_pictures import roubles, what, when
from bookings.admin_orders import sees_orders
from bookings.admin_place_steps import TakesSteps, places, shown_status
from bookings.models import EventBooking
from bookings.selectors.event_fill import to_decide
from notifications.public import message_timeline

# On the page of those that wait for a decision.
_MOST: Final = 100
COLOURS: Final = {
    "Booked": "info",
    "Took part": "success",
    "To be approved": "warning",
    "In dispute": "danger",
}


@admin.register(EventBooking, site=tenant_site)
class EventBookingAdmin(ReadOnly, TakesSteps):
    list_display = ("when", "client_name", "event_name", "coach_name", "shown_status", "brand")
    list_filter = (
        ("event__starts_at", RangeDateFilter),
        ("status", ChoicesDropdownFilter),
        ("brand", BrandFilter),
    )
    search_fields = (
        "client__person__given_name",
        "client__person__family_name",
        "client__person__email",
        "event__coach__person__given_name",
        "event__coach__person__family_name",
    )
    search_help_text = "Client or coach, by name; clients by e-mail address too"
    ordering = ("-event__starts_at", "pk")
    actions_list: ClassVar = ["approvals"]
    change_form_outer_before_template = "admin/place_page.html"
    change_form_outer_after_template = "admin/message_timeline.html"
    fields = (
        "client",
        "client_name",
        "coach_name",
        "shown_price",
        "how_many",
        "shown_order",
        "shown_dispute",
        "note",
        "canceled",
        "cancellation_reason_text",
        "dismissed_at",
        "created_at",
    )
    readonly_fields = fields
    own_path = "event__coach__person__user"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).filter(client__person__erased_at=None)
        related = ("client__person", "brand", "event__coach__person", "event__time_slot__sport", "event__brand")
        return rows.select_related(*related)

    @display(description="When", ordering="event__starts_at")
    def when(self, booking: EventBooking) -> str:
        return when(booking.event)

    @display(description="Client", ordering="client__person__given_name")
    def client_name(self, booking: EventBooking) -> str:
        return booking.client.person.name

    @display(description="Event")
    def event_name(self, booking: EventBooking) -> str:
        return what(booking.event)

    @display(description="Coach", ordering="event__coach__person__given_name")
    def coach_name(self, booking: EventBooking) -> str:
        return booking.event.coach.person.name

    @display(description="Status", label=COLOURS, ordering="status")
    def shown_status(self, booking: EventBooking) -> str:
        return shown_status(booking)

    @display(description="Price")
    def shown_price(self, booking: EventBooking) -> str:
        return roubles(booking.price)

    @display(description="With this coach")
    def how_many(self, booking: EventBooking) -> str:
        return f"Their booking number {booking.cardinality}"

    @display(description="Order")
    def shown_order(self, booking: EventBooking) -> str:
        order = booking.order
        words = f"{timezone.localtime(order.created_at):%a %d %b %Y, %H:%M}, {order.get_payment_status_display()}"
        return _link("bookings_order", order.pk, words)

    @display(description="Dispute")
    def shown_dispute(self, booking: EventBooking) -> str:
        return _link("bookings_dispute", booking.dispute.pk, str(booking.dispute.reason))

    @display(description="Cancelled")
    def canceled(self, booking: EventBooking) -> str:
        if booking.canceled_at is None:
            return ""
        by = {"Athlete": "the client", "Coach": "the coach", "System": "the house"}[booking.canceled_by_role]
        why = booking.get_cancellation_reason_code_display().lower()
        return f"{timezone.localtime(booking.canceled_at):%a %d %b %Y, %H:%M}, by {by}: {why}"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what says nothing of this booking, or is not for the viewer."""
        hidden = {"client_name" if request.user.has_perm("scheduling.view_client") else "client"}
        if obj is not None:
            said = {
                "shown_order": sees_orders(request),
                "shown_dispute": hasattr(obj, "dispute"),
                "note": obj.note,
                "canceled": obj.canceled_at,
                "cancellation_reason_text": obj.cancellation_reason_text,
                "dismissed_at": obj.dismissed_at,
            }
            hidden |= {name for name, value in said.items() if not value}
        return tuple(name for name in self.fields if name not in hidden)

    def also_shown(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """With what can be done, and what was told about it for who may see messages of its brand."""
        place = places([row], changeable=self.changeable(request, [row]), now=timezone.now())[0]
        shown = {"place": place, "what": what(row.event), "when": when(row.event)}
        if may_see_messages(request, row):
            told = message_timeline(kind=EventBooking.SUBJECT_KIND, subject_id=row.pk)
            shown |= {"timeline": with_names(told), "timeline_title": "Messages"}
        return shown

    @action(description="Approvals", permissions=["view"], icon="approval_delegation", url_path="approvals")
    def approvals(self, request: HttpRequest) -> HttpResponse:
        """Who asks for a place, whoever has asked first at the top."""
        now = timezone.now()
        waiting = to_decide(self.get_queryset(request), now=now)
        first = list(waiting[: _MOST + 1])
        may = self.changeable(request, first)
        context = {
            **self.admin_site.each_context(request),
            "title": "Approvals",
            "subtitle": None,
            "opts": self.opts,
            "asked": [
                (place, _with_coach(place.booking), when(place.booking.event))
                for place in places(first[:_MOST], changeable=may, now=now)
            ],
            "is_more": len(first) > _MOST,
        }
        return TemplateResponse(request, "admin/approvals.html", context)


def _link(model: str, key: Any, words: str) -> str:
    page = reverse(f"admin:{model}_change", args=[key])
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', page, words)


def _with_coach(booking: EventBooking) -> str:
    return f"{what(booking.event)} with {booking.event.coach.person.name}"
