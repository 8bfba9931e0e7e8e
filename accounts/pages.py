"""The pages on which people sign in and say what an application may do for them. They need no JavaScript."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from csp.decorators import csp
from django.contrib.auth import views as auth
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.models import get_access_token_model
from oauth2_provider.views.base import BaseAuthorizationView
from oauthlib.oauth2.rfc6749 import errors

from accounts.access.models import Application
from accounts.content_policy import PAGE
from accounts.oauth_views import NO_RESOURCE, flaw_of, issuer_of
from accounts.scopes import asked_for
from tenants.brands.models import Brand

AccessToken = get_access_token_model()


def house_of(request: Any) -> str:
    """Under whose name the page is: the brand's that the host stands for; on the tenant's own hosts the tenant's, as
    in the admin and in mails."""
    brand = request.tenant.brand_id
    return Brand.objects.get(pk=brand).name if brand else request.tenant.name


class Page:
    """What every page has: the name of the house, and that nothing of it is kept by caches or told to other sites."""

    request: HttpRequest

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {"house": house_of(self.request), **super().get_context_data(**context)}  # type: ignore[misc]

    @method_decorator([never_cache, csp(PAGE)])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        # Not no-referrer: browsers would send forms with `Origin: null`, which the check against forgery refuses.
        response["Referrer-Policy"] = "same-origin"
        return response


def let_forms_lead_to(response: Any, application: Application) -> None:
    """Names the application's addresses in the page's policy (django-csp): browsers hold the redirect after a form
    against `form-action` too."""
    targets = {urlsplit(uri) for uri in application.redirect_uris.split()}
    sources = sorted({f"{to.scheme}://{to.netloc}" if to.netloc else f"{to.scheme}:" for to in targets})
    response._csp_replace = {"form-action": ["'self'", *sources]}  # noqa: SLF001 - as django-csp's decorator does


class SignInView(Page, auth.LoginView):
    template_name = "accounts/sign_in.html"
    next_page = "account"

    def render_to_response(self, context: dict[str, Any], **options: Any) -> Any:
        application = self._application()
        response = super().render_to_response({"application": application, **context}, **options)
        if application is not None:
            let_forms_lead_to(response, application)
        return response

    def _application(self) -> Application | None:
        """The application that sent the person here, to be named on the page."""
        wanted = urlsplit(self.get_redirect_url())
        if not wanted.path.startswith("/oauth/authorize"):
            return None
        client_id = parse_qs(wanted.query).get("client_id", [""])[0].replace("\0", "")
        found: Application | None = Application.objects.filter(client_id=client_id).first()
        return found


class SignOutView(Page, auth.LogoutView):  # type: ignore[misc]
    next_page = "sign-in"


class AccountView(Page, LoginRequiredMixin, TemplateView):
    """Where one lands after signing in without an errand."""

    login_url = "sign-in"
    template_name = "accounts/account.html"


class AuthorizeView(Page, BaseAuthorizationView):
    """RFC 6749, 4.1.1, with PKCE by S256 and `iss` (RFC 9207). What is asked for stands in the address alone and
    is checked anew when the person has decided."""

    login_url = "sign-in"
    http_method_names = ["get", "post"]  # noqa: RUF012 - Django's

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            scopes, credentials, application = self._asked()
        except OAuthToolkitError as error:
            return self.error_response(error, None)
        prompt = set(request.GET.get("prompt", "").split())
        if "login" in prompt:
            return self._sign_in_again()
        if "consent" not in prompt and self._has_agreed(application, scopes, credentials["redirect_uri"]):
            return self._answer(scopes, credentials, application, allow=True)
        if "none" in prompt:
            return self._refuse(credentials, "consent_required")
        page = self._page(
            "accounts/authorize.html",
            application=application,
            scopes=[asked_for(scope) for scope in scopes],
            target=_shown_target(credentials["redirect_uri"]),
            action=request.get_full_path(),
        )
        let_forms_lead_to(page, application)
        return page

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            scopes, credentials, application = self._asked()
        except OAuthToolkitError as error:
            return self.error_response(error, None)
        return self._answer(scopes, credentials, application, allow=request.POST.get("decision") == "allow")

    def handle_no_permission(self) -> Any:
        """Nobody is signed in: to the log-in page and back here, or, with prompt=none, back to the application.

        What can never go back is refused before anybody types a password. All else goes back to an application
        only once somebody has signed in (RFC 9700, 4.11.2).
        """
        silent = "none" in self.request.GET.get("prompt", "").split()
        try:
            _scopes, credentials, _application = self._asked()
        except OAuthToolkitError as error:
            if silent or isinstance(error, FatalClientError):
                return self.error_response(error, None)
            return self._sign_in_again()
        return self._refuse(credentials, "login_required") if silent else self._sign_in_again()

    def error_response(self, error: Any, application: Any, **_kwargs: Any) -> HttpResponse:  # noqa: ARG002
        """Back to the application where its address is known to be its own, else a page."""
        goes_back, answer = super(BaseAuthorizationView, self).error_response(error)
        if not goes_back:
            return self._error_page(answer["error"])
        return self._redirect(f"{answer['url']}&{urlencode({'iss': issuer_of(self.request)})}")

    def _asked(self) -> tuple[list[str], dict[str, Any], Application]:
        """The scopes, the parameters and the application. Raises OAuthToolkitError."""
        if flaw := flaw_of(self.request.GET):
            raise FatalClientError(error=errors.InvalidRequestFatalError(description=flaw))
        asked = HttpRequest()
        asked.method, asked.path, asked.META = "GET", self.request.path, self.request.META
        asked.GET = self.request.GET
        try:
            scopes, credentials = self.validate_authorization_request(asked)
        except ValueError as error:  # OAuthLib's, for what can't be decoded
            unreadable = errors.InvalidRequestFatalError(description="The address is not complete.")
            raise FatalClientError(error=unreadable) from error
        application = Application.objects.get(client_id=credentials["client_id"])
        state = credentials.get("state")
        wrong: errors.OAuth2Error | None = None
        if credentials.get("code_challenge_method") != "S256":
            wrong = errors.InvalidRequestError(description="code_challenge_method must be S256.", state=state)
        elif "resource" in self.request.GET:
            wrong = errors.CustomOAuth2Error(error="invalid_target", description=NO_RESOURCE, state=state)
        if wrong is not None:
            credentials["redirect_uri"] = credentials["redirect_uri"] or application.default_redirect_uri
            raise OAuthToolkitError(error=wrong, redirect_uri=credentials["redirect_uri"])
        return scopes, credentials, application

    def _has_agreed(self, application: Application, scopes: list[str], redirect_uri: str) -> bool:
        """Whether the person has let this application do all of it before, and it still may.

        Only where the address proves who asks: any program on a machine can open a port of its own or take
        another's scheme (RFC 8252, 8.6).
        """
        if urlsplit(redirect_uri).scheme != "https":
            return False
        tokens = AccessToken.objects.filter(
            user=self.request.user, application=application, refresh_token__revoked=None
        ).exclude(refresh_token=None)
        return any(token.allow_scopes(scopes) for token in tokens)

    def _answer(
        self, scopes: list[str], credentials: dict[str, Any], application: Application, *, allow: bool
    ) -> HttpResponse:
        try:
            uri, _headers, _body, _status = self.create_authorization_response(
                request=self.request, scopes=" ".join(scopes), credentials=credentials, allow=allow
            )
        except OAuthToolkitError as error:
            return self.error_response(error, application)
        return self._redirect(uri)

    def _refuse(self, credentials: dict[str, Any], code: str) -> HttpResponse:
        error = errors.CustomOAuth2Error(error=code, state=credentials.get("state"))
        return self.error_response(OAuthToolkitError(error=error, redirect_uri=credentials["redirect_uri"]), None)

    def _redirect(self, uri: str) -> HttpResponse:
        """To an address of the application, which was checked letter by letter."""
        response = HttpResponse(status=302)
        response["Location"] = uri
        return response

    def _sign_in_again(self) -> HttpResponse:
        query = self.request.GET.copy()
        query.pop("prompt", None)
        target = f"{self.request.path}?{query.urlencode()}"
        return self._redirect(f"/sign-in?{urlencode({'next': target})}")

    def _error_page(self, error: errors.OAuth2Error) -> HttpResponse:
        return self._page("accounts/refused.html", status=400, code=error.error, description=error.description)

    def _page(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        return TemplateResponse(self.request, template, {"house": house_of(self.request), **context}, status=status)


def _shown_target(redirect_uri: str) -> str:
    """Where the person goes afterwards, as they would recognise it."""
    parts = urlsplit(redirect_uri)
    return parts.netloc or f"the app {parts.scheme}"
