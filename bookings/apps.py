from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        from bookings.models import CoachBooking  # noqa: PLC0415 - the models must be loaded first
        from bookings.selectors import booking_facts  # noqa: PLC0415
        from notifications.public import register_subject  # noqa: PLC0415

        register_subject(CoachBooking.SUBJECT_KIND, booking_facts)
