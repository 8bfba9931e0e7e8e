"""Gives every exception that means something to the client its answer, also where no REST view is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from api import errors

# Said twice, nobody could say which was meant. WSGI servers join what is repeated with a comma, which neither of
# these has any use for.
_ONCE = ("Authorization", "X-Current-User-Id")
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


class ErrorMiddleware:
    """What Django REST framework does for its views, for all others: the token endpoint, the admin, pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Nobody reads the body of a GET, however long it is.
        reads_body = request.method not in {"GET", "HEAD"}
        chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
        if reads_body and chunked and "CONTENT_LENGTH" not in request.META:
            return errors.render(request, errors.LengthRequiredError())
        if name := _said_twice(request):
            return errors.render(request, errors.RepeatedHeaderError(header=name))
        charset = (request.content_params or {}).get("charset", "utf-8").lower()
        if reads_body and request.content_type in _FORMS and charset not in {"utf-8", "utf8"}:
            return errors.render(request, errors.BadRequestError())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = errors.as_domain_error(error, method=request.method or "")
        return None if refusal is None else errors.render(request, refusal)


def _said_twice(request: HttpRequest) -> str | None:
    """The header that was sent more than once, where that can't be meant."""
    for name in _ONCE:
        if "," in request.headers.get(name, ""):
            return name
    # A key may hold a comma of its own: only the same one twice is certain to be a repetition.
    first, *more = (key.strip() for key in request.headers.get("Idempotency-Key", "").split(","))
    return "Idempotency-Key" if more and set(more) == {first} else None
