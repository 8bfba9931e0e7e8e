"""Orders in the admin: what a client booked at once. Nothing here changes one: its bookings have pages of their own."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from accounts.admin_base import BrandFilter, BrandScopedAdmin, ReadOnly
from accounts.admin_sites import tenant_site
from accounts.backends import brands_for
from bookings.admin_event_pictures import roubles, what, when
from bookings.admin_place_steps import places
from bookings.models import Order
from bookings.selectors.event_bookings import with_bookings


@admin.register(Order, site=tenant_site)
class OrderAdmin(ReadOnly, BrandScopedAdmin):
    """Coaches don't see orders: one may hold places with several of them."""

    list_display = ("created_at", "client_name", "how_many", "total", "payment", "brand")
    list_filter = (
        ("created_at", RangeDateFilter),
        ("payment_status", ChoicesDropdownFilter),
        ("brand", BrandFilter),
    )
    search_fields = ("client__person__given_name", "client__person__family_name", "client__person__email", "id")
    search_help_text = "Client, by name or e-mail address; or the order's id"
    date_hierarchy = "created_at"
    change_form_outer_before_template = "admin/order_page.html"
    fields: ClassVar = ("id", "client", "created_at", "payment", "total", "brand")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = super().get_queryset(request).filter(client__person__erased_at=None)
        rows: QuerySet[Any] = seen.annotate(number=Count("bookings"), price=Sum("bookings__price"))
        return rows.select_related("client__person", "brand")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and sees_orders(request)

    @display(description="Client", ordering="client__person__given_name")
    def client_name(self, order: Order) -> str:
        return order.client.person.name

    @display(description="Bookings")
    def how_many(self, order: Any) -> str:
        return str(order.number)

    @display(description="Total")
    def total(self, order: Any) -> str:
        return roubles(order.price or 0)

    @display(description="Payment", label={"Cash": "info", "Paid": "success", "Failed": "danger"})
    def payment(self, order: Order) -> str:
        return order.get_payment_status_display()

    def also_shown(self, request: HttpRequest, row: Any) -> dict[str, Any]:  # noqa: ARG002
        bookings = with_bookings(Order.objects.filter(pk=row.pk)).get().bookings.all()
        ordered = [
            (place, what(place.booking.event), when(place.booking.event), roubles(place.booking.price))
            for place in places(bookings, changeable=(), now=row.created_at)
        ]
        return {"ordered": ordered, "total": roubles(row.price or 0)}


def sees_orders(request: HttpRequest) -> bool:
    """Whether there are orders that the viewer may see: those of brands, of all of them for None."""
    return brands_for(request.user, "bookings.view_order") != set()
