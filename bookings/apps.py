from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        from bookings.models import CoachBooking, Event, EventBooking, WaitingPlace  # noqa: PLC0415 - loaded first
        from bookings.selectors import event_bookings, office_hours, waiting  # noqa: PLC0415
        from notifications.public import Source, register_shown, register_subject  # noqa: PLC0415
        from scheduling.public import register_offers  # noqa: PLC0415

        register_subject(
            CoachBooking.SUBJECT_KIND,
            Source(
                load=office_hours.booking_facts,
                lock_upcoming=office_hours.lock_upcoming,
                lock=office_hours.lock_occasion,
                services=office_hours.offered_services,
                of_client=office_hours.bookings_of_person,
            ),
        )
        register_subject(
            EventBooking.SUBJECT_KIND,
            Source(
                load=event_bookings.booking_facts,
                lock_upcoming=event_bookings.lock_upcoming,
                lock=event_bookings.lock_occasion,
                services=event_bookings.offered_slots,
                of_client=event_bookings.bookings_of_person,
            ),
        )
        register_shown(Event.SUBJECT_KIND, event_bookings.event_facts)
        register_subject(
            WaitingPlace.SUBJECT_KIND,
            Source(
                load=waiting.waiting_facts,
                lock_upcoming=waiting.none_upcoming,
                lock=waiting.lock_waiting,
                services=waiting.none_offered,
                of_client=waiting.none_of_person,
            ),
        )
        register_offers(office_hours.office_hour_offers)
