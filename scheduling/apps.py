from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = "People and places"

    def ready(self) -> None:
        from scheduling.offers import register_offers  # noqa: PLC0415
        from scheduling.selectors.schedules import service_offers  # noqa: PLC0415 - the models must be loaded first

        register_offers(service_offers)
