"""What programs sign in with: API keys and OAuth applications. Secrets are shown once, on a page of their own."""

import hashlib
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.messages import error, success, warning
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.access.models import ApiKey, Application
from accounts.admin_base import OneBrandOrAll, WholeTenantOnly
from accounts.admin_sites import tenant_site
from accounts.rules import KeyStatus
from accounts.scopes import SCOPES
from accounts.services.issue_api_key import issue_api_key
from accounts.services.renew_client_secret import renew_client_secret
from accounts.services.revoke_api_key import revoke_api_key

_READS = {
    "read:clients": "/v1/clients",
    "read:staff": "/v1/staff",
    "read:audit": "/v1/audit",
}
# Where a session keeps which forms have made their secret, and how many it remembers.
_FORMS, _FORMS_KEPT = "secrets_made", 20
_LIFETIMES = [(30, "30 days"), (90, "90 days"), (365, "One year"), (730, "Two years")]


class ScopesField(forms.MultipleChoiceField):
    """Scopes as checkboxes, with what each of them means."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[(scope, f"{scope}: {meaning}") for scope, meaning in SCOPES.items()],
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
            **options,
        )


class NewKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = ScopesField(help_text="As few as the server needs.")
    days = forms.TypedChoiceField(
        label="Expires after", choices=_LIFETIMES, coerce=int, initial=365, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = ApiKey
        fields = ("name", "brand", "scopes")


def _first_try(scopes: list[str]) -> str:
    """An address that a key with these scopes may read; empty where none needs but a token."""
    return next((address for scope, address in _READS.items() if scope in scopes), "")


def _form_of(request: HttpRequest) -> str:
    """Tells a form from every other, also from the same one opened again: each has a CSRF token of its own."""
    token = str(request.POST.get("csrfmiddlewaretoken", ""))
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest() if token else ""


class SecretPage(ModelAdmin):
    """Shows a secret that was just made. It is nowhere else: not in the session, the log or the history.

    So the answer to the form holds it, and a reload sends the form again: each form makes one secret.
    """

    secret_template = "admin/secret.html"  # noqa: S105 - no secret

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        if request.method == "POST" and self.is_repeated(request):
            return HttpResponseRedirect(self.list_url)
        # The secret's page comes next, whichever button it was.
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**one_button, **(extra_context or {})})

    def is_repeated(self, request: HttpRequest) -> bool:
        """Whether this form has made its secret before. Says so to the person."""
        repeated = _form_of(request) in request.session.get(_FORMS, [])
        if repeated:
            warning(request, "This form was sent before. Its secret was shown that once; nothing more was made.")
        return repeated

    @property
    def list_url(self) -> str:
        options = self.model._meta  # noqa: SLF001
        return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")

    @sensitive_variables("secret")
    def show_secret(self, request: HttpRequest, *, title: str, secret: str, **facts: Any) -> HttpResponse:
        if form := _form_of(request):
            request.session[_FORMS] = [*request.session.get(_FORMS, []), form][-_FORMS_KEPT:]
        response = TemplateResponse(
            request,
            self.secret_template,
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.model._meta,  # noqa: SLF001
                "secret": secret,
                "list_url": self.list_url,
                "host": request.get_host(),
                "scheme": request.scheme,
                **facts,
            },
        )
        response["Cache-Control"] = "no-store"
        return response


@admin.register(ApiKey, site=tenant_site)
class ApiKeyAdmin(OneBrandOrAll, WholeTenantOnly, SecretPage):
    add_form_title = "New API key"
    list_display = ("name", "shown_prefix", "shown_status", "shown_scopes", "shown_brand", "last_used_at", "expires_at")
    list_select_related = ("brand",)
    list_filter = ("brand",)
    search_fields = ("name", "prefix")
    fields = ("name", "brand", "scopes", "days")
    readonly_fields = (
        "shown_brand", "shown_prefix", "shown_status", "shown_scopes", "created_at", "created_by", "expires_at",
        "last_used_at", "revoked_at",
    )  # fmt: skip
    actions: ClassVar = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:  # noqa: ARG002
        return self.fields if obj is None else ("name", *self.readonly_fields)

    def get_form(self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        return super().get_form(request, obj, change, **({"form": NewKeyForm, **kwargs} if obj is None else kwargs))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A key says what it says until it ends: another purpose is another key."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: Any, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        issued = issue_api_key(
            name=obj.name,
            scopes=form.cleaned_data["scopes"],
            brand=obj.brand,
            created_by=request.user,
            now=timezone.now(),
            lifetime=timedelta(days=form.cleaned_data["days"]),
        )
        # Django logs the addition of `obj` and answers with it.
        obj.pk, obj.prefix, obj.expires_at = issued.key.pk, issued.key.prefix, issued.key.expires_at
        request.issued_secret = issued.secret

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:  # noqa: ARG002
        return self.show_secret(
            request,
            title=f"API key “{obj.name}”",
            secret=request.issued_secret,  # type: ignore[attr-defined]
            expires_at=obj.expires_at,
            is_key=True,
            first_try=_first_try(obj.scopes),
        )

    @display(description="Key")
    def shown_prefix(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @display(
        description="Status",
        label={"Active": "success", "Expiring": "warning", "Expired": "danger", "Revoked": "danger"},
    )
    def shown_status(self, key: ApiKey) -> str:
        return key.status(now=timezone.now()).value.capitalize()

    @display(description="Scopes")
    def shown_scopes(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @admin.action(description="Revoke: the key opens nothing from now on", permissions=["revoke"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        now = timezone.now()
        for key in keys:
            if key.status(now=now) is not KeyStatus.REVOKED:
                revoke_api_key(key=key, now=now)
                self.log_change(request, key, "Revoked.")
        success(request, "Revoked. What still uses a revoked key gets 401 from now on.")


class ApplicationForm(forms.ModelForm):  # type: ignore[type-arg]
    name = forms.CharField(
        max_length=255, widget=UnfoldAdminTextInputWidget, help_text="People read it where they sign in."
    )
    authorization_grant_type = forms.ChoiceField(
        label="Signs in",
        choices=[
            (Application.GRANT_AUTHORIZATION_CODE, "People, on a page of ours (authorization code with PKCE)"),
            (Application.GRANT_CLIENT_CREDENTIALS, "Itself, as a service (client credentials)"),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    client_type = forms.ChoiceField(
        label="Can keep a secret",
        choices=[
            (Application.CLIENT_CONFIDENTIAL, "Yes: it runs on a server (confidential)"),
            (Application.CLIENT_PUBLIC, "No: it runs in a browser or on a phone (public)"),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    scopes = ScopesField(help_text="The most that its tokens may do. People's tokens never carry services' scopes.")

    class Meta:
        model = Application
        fields = (
            "name", "authorization_grant_type", "client_type", "brand", "scopes", "redirect_uris", "allowed_origins"
        )  # fmt: skip
        widgets: ClassVar = {
            "redirect_uris": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "allowed_origins": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }
        help_texts: ClassVar = {
            "redirect_uris": "One a line, compared letter by letter. https, or http on localhost and 127.0.0.1; "
            "apps may use a scheme of their own such as com.example.app:/callback.",
            "brand": "With all brands, its requests are for the default brand unless the host names another.",
            "allowed_origins": "One a line, such as https://app.example.com: from pages of these origins, browsers "
            "may call the API with this application's tokens.",
        }


@admin.register(Application, site=tenant_site)
class ApplicationAdmin(OneBrandOrAll, WholeTenantOnly, SecretPage):
    form = ApplicationForm
    view_on_site = False
    list_display = ("name", "client_id", "client_type", "authorization_grant_type", "shown_brand", "shown_scopes")
    list_select_related = ("brand",)
    search_fields = ("name", "client_id")
    fields = (
        "name", "client_id", "authorization_grant_type", "client_type", "brand", "scopes", "redirect_uris",
        "allowed_origins", "created",
    )  # fmt: skip
    readonly_fields = ("client_id", "created")
    actions: ClassVar = ["renew_secret"]

    def get_fields(self, request: HttpRequest, obj: Application | None = None) -> Any:  # noqa: ARG002
        return [name for name in self.fields if obj is not None or name not in self.readonly_fields]

    @display(description="Scopes")
    def shown_scopes(self, application: Application) -> str:
        return ", ".join(application.scopes)

    def save_model(self, request: Any, obj: Application, form: Any, change: bool) -> None:  # noqa: FBT001
        # Saving replaces the secret by its hash.
        request.issued_secret = None if change or obj.client_type == Application.CLIENT_PUBLIC else obj.client_secret
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Application, post_url_continue: Any = None) -> HttpResponse:
        secret = request.issued_secret  # type: ignore[attr-defined]
        if secret is None:
            answer: HttpResponse = super().response_add(request, obj, post_url_continue)
            return answer
        return self._show(request, obj, secret)

    def has_renew_secret_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    @admin.action(description="Give a new secret, which ends the old one", permissions=["renew_secret"])
    def renew_secret(self, request: HttpRequest, applications: QuerySet[Application]) -> HttpResponse | None:
        application = applications.first()
        if application is None or applications.count() > 1:
            error(request, "Choose one application: its secret is shown once.")
            return None
        if application.client_type == Application.CLIENT_PUBLIC:
            error(request, f"{application.name} is public: it has no secret.")
            return None
        if self.is_repeated(request):
            return None
        secret = renew_client_secret(application=application)
        self.log_change(request, application, "Given a new secret.")
        return self._show(request, application, secret)

    def _show(self, request: HttpRequest, application: Application, secret: str) -> HttpResponse:
        return self.show_secret(
            request, title=f"Secret of “{application.name}”", secret=secret, client_id=application.client_id
        )
