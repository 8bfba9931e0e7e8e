"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from tenants.telemetry import tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# After Django is set up.
from api.request import UTF8Request  # noqa: E402  # isort: skip

application.request_class = UTF8Request

# granian loads this module in each of its processes, after the fork.
if tracing.is_configured():
    from tenants.telemetry.otel import set_up

    set_up("slotkeeper-web")
