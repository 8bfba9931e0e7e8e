from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        from bookings import selectors  # noqa: PLC0415
        from bookings.models import CoachBooking  # noqa: PLC0415 - the models must be loaded first
        from notifications.public import Source, register_subject  # noqa: PLC0415
        from scheduling.public import register_offers  # noqa: PLC0415

        register_subject(
            CoachBooking.SUBJECT_KIND,
            Source(
                load=selectors.booking_facts,
                lock_upcoming=selectors.lock_upcoming,
                lock=selectors.lock_occasion,
                services=selectors.offered_services,
                of_client=selectors.bookings_of_person,
            ),
        )
        register_offers(selectors.office_hour_offers)
