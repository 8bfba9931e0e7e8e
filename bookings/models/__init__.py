from bookings.models.events import Event, EventSettings, Sport, TimeSlot
from bookings.models.office_hours import CoachBooking, OfficeHour, OfficeHourException
from bookings.models.orders import CoachCount, Dispute, DisputeReason, EventBooking, Order, WaitingPlace

__all__ = [
    "CoachBooking",
    "CoachCount",
    "Dispute",
    "DisputeReason",
    "Event",
    "EventBooking",
    "EventSettings",
    "OfficeHour",
    "OfficeHourException",
    "Order",
    "Sport",
    "TimeSlot",
    "WaitingPlace",
]
