from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = "Visits"

    def ready(self) -> None:
        from notifications.public import Source, register_subject  # noqa: PLC0415 - the models must be loaded first
        from scheduling.public import register_offers  # noqa: PLC0415
        from visits.models import Visit  # noqa: PLC0415
        from visits.selectors import visits  # noqa: PLC0415
        from visits.selectors.offers import visit_offers  # noqa: PLC0415

        register_offers(visit_offers)
        register_subject(
            Visit.SUBJECT_KIND,
            Source(
                load=visits.visit_facts,
                lock_upcoming=visits.lock_upcoming,
                lock=visits.lock_occasion,
                services=visits.visit_types,
                of_client=visits.visits_of_person,
            ),
        )
