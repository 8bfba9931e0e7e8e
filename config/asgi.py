"""The application that granian serves: Django's WSGI application behind `api.intake`."""

from config.wsgi import application as wsgi

# After Django is set up.
from django.conf import settings  # isort: skip

from api.intake import Intake  # isort: skip

application = Intake(
    wsgi,
    seconds=settings.BODY_TIMEOUT_SECONDS,
    most=settings.BODIES_AT_ONCE,
    largest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
)
