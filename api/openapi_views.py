"""The OpenAPI documents and their pages, all from local files."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from accounts.content_policy import DOCUMENTATION, PAGE, REDOC
from api import errors
from api.families import FAMILIES
from api.openapi_document import keep_family
from api.openapi_errors import status_of


def document(family: str) -> bytes:
    """The document of a family, or of all with "". It does not depend on the tenant."""
    return _document(family, datetime.now(tz=UTC).date())


@lru_cache(maxsize=8)
def _document(family: str, day: date) -> bytes:  # noqa: ARG001 - the examples name days to come, so once a day
    generator = SchemaGenerator(urlconf="config.urls.tenant")  # type: ignore[no-untyped-call]
    schema: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return orjson.dumps(keep_family(family, schema) if family else schema)


class DocumentView(View):
    family = ""

    def get(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002
        return HttpResponse(document(self.family), content_type="application/vnd.oai.openapi+json")


@method_decorator(csp(DOCUMENTATION), name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    template_name = "docs/swagger.html"
    template_name_js = "docs/swagger.js"
    # Without it OPTIONS looks for a template that is not there.
    http_method_names = ["get", "head"]  # noqa: RUF012 - the base class has it so
    url = "/openapi/slotkeeper.json"
    title = "Slotkeeper API"


@method_decorator(csp(REDOC), name="dispatch")
class RedocView(SpectacularRedocView):
    template_name = "docs/redoc.html"
    # Without it OPTIONS looks for a template that is not there.
    http_method_names = ["get", "head"]  # noqa: RUF012 - the base class has it so
    url = "/openapi/slotkeeper.json"
    title = "Slotkeeper API"


@method_decorator(csp(PAGE), name="dispatch")
class ErrorsView(TemplateView):
    """The catalogue of refusals, where the `type` of a problem leads."""

    template_name = "docs/errors.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [
            {
                "code": error.code,
                "elsewhere": [(one.name, code) for one in FAMILIES if (code := one.code_of(error.code)) != error.code],
                "message": re.sub(r"\{(\w+)\}", r"‹\1›", error.message),
                "statuses": sorted({status_of(family, error) for family in FAMILIES}),
            }
            for error in errors.catalogue()
        ]
        return {**super().get_context_data(**kwargs), "rows": rows}
