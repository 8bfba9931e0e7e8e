"""Gives every exception that means something to the client its answer, also where no REST view is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from api import errors


class ErrorMiddleware:
    """What Django REST framework does for its views, for all others: the token endpoint, the admin, pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "CONTENT_LENGTH" not in request.META and "chunked" in request.headers.get("Transfer-Encoding", ""):
            return errors.render(request, errors.LengthRequiredError())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = errors.as_domain_error(error, method=request.method or "")
        return None if refusal is None else errors.render(request, refusal)
