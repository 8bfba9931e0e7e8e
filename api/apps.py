from django.apps import AppConfig
from django.core.signals import got_request_exception


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "HTTP edge"

    def ready(self) -> None:
        from api.middleware import cors  # noqa: F401, PLC0415 - connects itself; needs the models
        from api.middleware.telemetry import log_unexpected  # noqa: PLC0415 - needs the apps

        got_request_exception.connect(log_unexpected, dispatch_uid="api.log_unexpected")
