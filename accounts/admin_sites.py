"""The two admins: an operator's of the platform, and each tenant's for its staff.

They live in different URLconfs and never in one request, so both go by Django's usual name.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, ClassVar

from csp.decorators import csp
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.utils.decorators import method_decorator
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from accounts.content_policy import ADMIN
from tenants.audit.signing import sign


class StaffSignInForm(AuthenticationForm):
    error_messages: ClassVar = {
        **AuthenticationForm.error_messages,
        "invalid_login": "Email and password do not match, or this account may not sign in here.",
    }


_SAFE = {"GET", "HEAD", "OPTIONS"}


class AdminSite(UnfoldAdminSite):
    login_form = StaffSignInForm

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002
        inner = super().admin_view(view, cacheable)

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Postgres has no such character, and filters and searches pass on whatever they get.
            for data in (request.GET, request.POST):
                if any("\0" in text for name, values in data.lists() for text in (name, *values)):
                    raise BadRequest("NUL character")
            answer: HttpResponseBase = inner(request, *args, **kwargs)
            return answer

        return update_wrapper(csp(ADMIN)(checked), inner)

    @method_decorator(csp(ADMIN))
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer: HttpResponse = super().login(request, extra_context)
        return answer

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Unfold's, without the colours that it would write into a style element: a style sheet has them."""
        return {**super().each_context(request), "colors": None}

    def get_urls(self) -> list[URLPattern]:
        """Django's, without the one that shows objects on a public site: there is none."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]


class PlatformAdminSite(AdminSite):
    index_title = "Platform"
    site_title = site_header = "Slotkeeper platform"


class TenantAdminSite(AdminSite):
    index_title = "Today and this week"
    site_title = site_header = "Slotkeeper"

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002
        def signing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            """A write is one transaction, signed for the audit. Called once the viewer is known to be staff."""
            if request.method in _SAFE:
                return view(request, *args, **kwargs)  # type: ignore[no-any-return]
            with transaction.atomic():
                sign(actor=f"user:{request.user.pk}", request_id=getattr(request, "request_id", ""))
                return view(request, *args, **kwargs)  # type: ignore[no-any-return]

        return super().admin_view(update_wrapper(signing, view), cacheable)


platform_site = PlatformAdminSite(name="admin")
tenant_site = TenantAdminSite(name="admin")
