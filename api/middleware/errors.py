"""Gives every exception that means something to the client its answer, also where no REST view is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from api import errors

# Said twice, nobody could say which was meant. WSGI servers join what is repeated with a comma, which none of
# these has any use for.
_ONCE = ("Authorization", "Idempotency-Key", "X-Current-User-Id")


class ErrorMiddleware:
    """What Django REST framework does for its views, for all others: the token endpoint, the admin, pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "CONTENT_LENGTH" not in request.META and "chunked" in request.headers.get("Transfer-Encoding", ""):
            return errors.render(request, errors.LengthRequiredError())
        for name in _ONCE:
            if "," in request.headers.get(name, ""):
                return errors.render(request, errors.RepeatedHeaderError(header=name))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = errors.as_domain_error(error, method=request.method or "")
        return None if refusal is None else errors.render(request, refusal)
