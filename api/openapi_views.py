"""The OpenAPI documents and their pages, all from local files."""

from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views import View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView

from api.openapi import keep_family


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
