"""Where the links in mails lead: a page for people, and RFC 8058's one click for mail programs.

Whoever has the link may unsubscribe: no cookie is read or set, and so no forgery of a request is worth anything.
"""

from typing import Any

from csp.decorators import csp
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.content_policy import PAGE
from api.errors import RateLimitedError
from notifications.models import Message
from notifications.optout.links import message_of
from notifications.optout.words import words_in
from notifications.services.unsubscribe import is_unsubscribed, resubscribe, unsubscribe
from tenants.audit.signing import sign
from tenants.context import current_schema
from tenants.throttling import limiter
from tenants.throttling.rules import tightest


@method_decorator([csrf_exempt, never_cache, csp(PAGE)], name="dispatch")
class UnsubscribeView(View):
    """A GET changes nothing: programs that look into mails follow links. Wrong links, another tenant's and those that
    are too old get the same 404."""

    http_method_names = ["get", "head", "post"]  # noqa: RUF012 - Django's

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # The address is a secret of its reader.
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._page(request, _found(token, now=timezone.now()))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        now = timezone.now()
        message = _found(token, now=now)
        _take_turn(message)
        with transaction.atomic():
            sign(actor=_reader(message), request_id=getattr(request, "request_id", ""))
            # RFC 8058, 3.2: as a form of either encoding, without anything else that would say who asks.
            if request.POST.get("List-Unsubscribe") == "One-Click":
                unsubscribe(message=message, now=now)
                return HttpResponse("Unsubscribed.\n", content_type="text/plain; charset=utf-8")
            match request.POST.get("decision"):
                case "unsubscribe":
                    unsubscribe(message=message, now=now)
                case "subscribe":
                    resubscribe(message=message, now=now)
                case _:
                    return self._page(request, message, status=400)
        response = HttpResponseRedirect(request.path)
        response.status_code = 303
        return response

    def _page(self, request: HttpRequest, message: Message, *, status: int = 200) -> HttpResponse:
        words = words_in(message.recipient.language if message.recipient else "")
        named = {"brand": message.brand.name, "channel": words.channels[message.channel]}
        context = {
            "house": message.brand.name,
            "words": words,
            "is_unsubscribed": is_unsubscribed(message),
            "ask": words.ask.format(**named),
            "what": words.what.format(**named),
            "done_what": words.done_what.format(**named),
        }
        return TemplateResponse(request, "notifications/unsubscribe.html", context, status=status)


def _found(token: str, *, now: Any) -> Message:
    message = message_of(token, now=now)
    if message is None:
        raise Http404
    return message


def _take_turn(message: Message) -> None:
    """Of the link, not of the address that asks: a mail program's servers ask for all their readers."""
    if not settings.RATE_LIMITS_ON:
        return
    bucket = limiter.bucket(current_schema(), f"unsubscribe:{message.pk}", settings.RATE_LIMITS["unsubscribe"])
    state = tightest(limiter.take([bucket]))
    if state.wait:
        raise RateLimitedError(limit=state.limit, retry_after=state.retry_after)


def _reader(message: Message) -> str:
    """Who has the link is who the message went to."""
    return f"person:{message.recipient_id}" if message.recipient_id else f"message:{message.pk}"
