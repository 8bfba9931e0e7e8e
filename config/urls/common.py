"""What both URLconfs have: the documentation."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from api.errors import NotFoundError, render
from api.families import FAMILIES
from api.openapi_views import DocumentView, ErrorsView, RedocView, SwaggerView

urlpatterns = [
    path("favicon.ico", RedirectView.as_view(url="/static/slotkeeper/favicon.svg")),
    path("docs/", SwaggerView.as_view(), name="docs"),
    path("docs/redoc/", RedocView.as_view(), name="redoc"),
    path("docs/errors", ErrorsView.as_view(), name="errors"),
    path("openapi/slotkeeper.json", DocumentView.as_view(), name="openapi"),
    *[
        path(f"openapi/{family.name}.json", DocumentView.as_view(family=family.name), name=f"openapi-{family.name}")
        for family in FAMILIES
    ],
]


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    return render(request, NotFoundError())


handler400 = "api.errors.handler400"
handler403 = "api.errors.handler403"
handler404 = "api.errors.handler404"
handler500 = "api.errors.handler500"

__all__ = ["handler400", "handler403", "handler404", "handler500", "nothing_here", "urlpatterns"]
