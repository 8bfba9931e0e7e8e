"""The address at which a calendar program fetches a feed. Whoever knows it reads: there is no signing in.

Outside of /v1/, because it is no operation of the API: its form is iCalendar's, its caller a calendar program.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views import View

from api import errors, throttling
from notifications.calendars.contents import contents_of
from notifications.calendars.document import CONTENT_TYPE, feed
from notifications.models import CalendarFeed
from notifications.services.create_calendar_feed import digest_of
from notifications.services.open_calendar_feed import open_calendar_feed
from tenants.errors import DomainError
from tenants.resolution import ResolvedTenant, is_platform_host


class CalendarFileView(View):
    """Wrong, old and other tenants' secrets are answered alike."""

    http_method_names = ["get", "head"]  # noqa: RUF012 - Django's

    def http_method_not_allowed(self, request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        response = errors.render(request, errors.MethodNotAllowedError(method=request.method))
        response["Allow"] = "GET, HEAD"
        return response

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        try:
            throttling.take_for_address(request, what="calendar", digest=digest_of(secret))
            return _answer(request, secret, now=timezone.now())
        except DomainError as error:
            return errors.render(request, error)


def _answer(request: HttpRequest, secret: str, *, now: datetime) -> HttpResponse:
    tenant: ResolvedTenant = request.tenant  # type: ignore[attr-defined]
    found = open_calendar_feed(secret, brand_id=tenant.brand_id, now=now)
    if found is None:
        raise errors.NotFoundError
    contents = contents_of(found, now=now)
    response = get_conditional_response(request, etag=contents.etag)
    if response is None:
        written = feed(contents.entries, title=contents.title, zone=ZoneInfo(contents.zone))
        response = HttpResponse(written, content_type=CONTENT_TYPE)
        response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["ETag"] = contents.etag
    # Its owner's alone, and to be asked for anew each time: a revoked address must not live on in a cache.
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def address_of(issued: CalendarFeed, secret: str, *, request: HttpRequest) -> str:
    """Where calendar programs find the feed: at the host that was asked if the feed opens there, else at the tenant's
    own."""
    tenant: ResolvedTenant = request.tenant  # type: ignore[attr-defined]
    host, port = split_domain_port(request.get_host())
    if is_platform_host(host) or tenant.brand_id not in {None, issued.brand_id}:
        host = tenant.primary_domain
    return f"{request.scheme}://{host}{f':{port}' if port else ''}/calendars/{secret}.ics"
