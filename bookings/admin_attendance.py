"""The attendance list of an event: one page to print and to tick off."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from api.admin_services import ActsThroughServices
from bookings.admin_event_pictures import what, when
from bookings.models import EventBooking
from bookings.rules.event_booking import WITH_PLACE, Status

# Rows to write down who comes without a booking, as far as there are places.
_SPARE: Final = 5


class PrintsAttendance(ActsThroughServices):
    """Of the events' admin: the page `attendance`. Names alone: a paper that lies about has no addresses."""

    def has_see_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the viewer sees this row, or any where none is named."""
        if object_id is None:
            return self.has_view_permission(request)
        return self.has_view_permission(request) and self.get_object(request, object_id) is not None

    @action(description="Attendance list", permissions=["see"], icon="checklist")
    def attendance(self, request: HttpRequest, object_id: str) -> HttpResponse:
        event: Any = self.get_object(request, object_id)
        bookings = EventBooking.objects.known().filter(event=event, status__in=WITH_PLACE)
        names = bookings.select_related("client__person").order_by(
            "client__person__given_name", "client__person__family_name", "pk"
        )
        rows = [(booking.client.person.name, booking.status == Status.PENDING, booking.completed) for booking in names]
        context = {
            "event": event,
            "what": what(event),
            "when": when(event),
            "rows": rows,
            "spare": range(min(_SPARE, event.free)),
            "printed_at": timezone.now(),
            "back": self.page_of(event.pk),
        }
        return TemplateResponse(request, "admin/attendance.html", context)
