"""The OAuth endpoints that programs call: tokens, their revocation, what they are worth, and the metadata.

Every error is RFC 6749's `{error, error_description}`; those of the edge (`api.families`) too.
"""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.views.mixins import OAuthLibMixin

from accounts.scopes import SCOPES

_FORM = "application/x-www-form-urlencoded"
# What a client may ask tokens with. django-oauth-toolkit knows more, of which nothing here is made for.
_GRANTS = ("authorization_code", "refresh_token", "client_credentials")
NO_RESOURCE = "Tokens are for the API of this tenant and can't be bound to a `resource`; leave it out."


def error(code: str, description: str, *, status: int = 400) -> HttpResponse:
    response = JsonResponse({"error": code, "error_description": description}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def flaw_of(*parameters: Any) -> str:
    """What is wrong with the shape of parameters; empty if nothing is."""
    for data in parameters:
        for name, values in data.lists():
            if any("\0" in text for text in (name, *values)):
                return "A parameter has a NUL character."
            if len(values) > 1:
                return f"The parameter {name!r} must be sent once."
    return ""


@method_decorator([csrf_exempt, sensitive_post_parameters()], name="dispatch")
class FormEndpoint(OAuthLibMixin, View):
    """POSTs of a form, each in one transaction: what was checked is still so when it is answered."""

    def http_method_not_allowed(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        response = error("invalid_request", f"{request.path} takes POST alone.", status=405)
        response["Allow"] = "POST"
        return response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            if request.content_type != _FORM:
                return error("invalid_request", f"Send the parameters as {_FORM}.")
            if not request.headers.get("Authorization", "").isascii():
                return error("invalid_request", "The header Authorization has characters beyond ASCII.")
            if flaw := flaw_of(request.POST, request.GET):
                return error("invalid_request", flaw)
            if request.GET:
                return error("invalid_request", "Send the parameters in the body, not in the address.")
        return super().dispatch(request, *args, **kwargs)

    @transaction.atomic
    def post(self, request: HttpRequest) -> HttpResponse:
        headers, body, status = self.answer(request)
        response = HttpResponse(body or "", status=status, content_type="application/json")
        for name, value in headers.items():
            response[name] = value
        response["Cache-Control"] = "no-store"
        return response

    def answer(self, request: HttpRequest) -> tuple[dict[str, str], str, int]:
        raise NotImplementedError


class TokenView(FormEndpoint):
    def post(self, request: HttpRequest) -> HttpResponse:
        grant = request.POST.get("grant_type", "")
        if grant and grant not in _GRANTS:
            return error("unsupported_grant_type", f"grant_type is one of {', '.join(_GRANTS)}.")
        if "resource" in request.POST:
            return error("invalid_target", NO_RESOURCE)
        return super().post(request)

    def answer(self, request: HttpRequest) -> tuple[dict[str, str], str, int]:
        _url, headers, body, status = self.create_token_response(request)
        return headers, body, status


class RevokeView(FormEndpoint):
    """RFC 7009. Answers 200 for tokens that are unknown or another application's, and leaves those alone."""

    def answer(self, request: HttpRequest) -> tuple[dict[str, str], str, int]:
        _url, headers, body, status = self.create_revocation_response(request)
        return headers, body, status


class IntrospectView(FormEndpoint):
    """RFC 7662, for confidential applications and about their own tokens."""

    def answer(self, request: HttpRequest) -> tuple[dict[str, str], str, int]:
        core = self.get_oauthlib_core()
        uri, method, body, headers = core._extract_params(request)  # noqa: SLF001 - DOT has no introspection by oauthlib
        answered: tuple[dict[str, str], str, int] = core.server.create_introspect_response(uri, method, body, headers)
        return answered


class MetadataView(View):
    """RFC 8414. The issuer is the host that was asked: each host of a tenant is an issuer of its own."""

    http_method_names = ["get", "head"]  # noqa: RUF012 - Django's

    def get(self, request: HttpRequest) -> JsonResponse:
        def absolute(name: str) -> str:
            return request.build_absolute_uri(reverse(name))

        return JsonResponse(
            {
                "issuer": issuer_of(request),
                "authorization_endpoint": absolute("authorize"),
                "token_endpoint": absolute("token"),
                "revocation_endpoint": absolute("revoke"),
                "introspection_endpoint": absolute("introspect"),
                "service_documentation": absolute("docs"),
                "scopes_supported": list(SCOPES),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": list(_GRANTS),
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
                "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
                "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "authorization_response_iss_parameter_supported": True,
            }
        )


def issuer_of(request: HttpRequest) -> str:
    """What `iss` says (RFC 9207). The host is one of the tenant's own: no other reaches a view."""
    return request.build_absolute_uri("/").rstrip("/")
