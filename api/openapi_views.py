"""The OpenAPI documents and their pages, all from local files."""

import re
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views import View
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView

from api import errors
from api.families import FAMILIES
from api.openapi import keep_family, status_of


@lru_cache(maxsize=16)
def document(family: str) -> bytes:
    """The document of a family, or of all with "". Built once a process: it does not depend on the tenant."""
    generator = SchemaGenerator(urlconf="config.urls.tenant")  # type: ignore[no-untyped-call]
    schema: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return orjson.dumps(keep_family(family, schema) if family else schema)


class DocumentView(View):
    family = ""

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002
        return HttpResponse(document(self.family), content_type="application/vnd.oai.openapi+json")


class SwaggerView(SpectacularSwaggerView):
    url = "/openapi/slotkeeper.json"
    title = "Slotkeeper API"


class RedocView(SpectacularRedocView):
    template_name = "docs/redoc.html"
    url = "/openapi/slotkeeper.json"
    title = "Slotkeeper API"


class ErrorsView(TemplateView):
    """The catalogue of refusals, where the `type` of a problem leads."""

    template_name = "docs/errors.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [
            {
                "code": error.code,
                "message": re.sub(r"\{(\w+)\}", r"‹\1›", error.message),
                "statuses": sorted({status_of(family, error) for family in FAMILIES}),
            }
            for error in errors.catalogue()
        ]
        return {**super().get_context_data(**kwargs), "rows": rows}
