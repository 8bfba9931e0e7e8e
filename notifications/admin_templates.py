"""Templates in the admin: written and tried on one page."""

from typing import Any, ClassVar

from csp.constants import SELF
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin_base import BrandFilter, BrandScopedAdmin, permission_to, selectable_brands
from accounts.admin_sites import tenant_site
from accounts.content_policy import MAIL
from api.admin_services import ServiceSavedAdmin, become
from notifications import subjects
from notifications.admin_messages import RuleFilter
from notifications.models import Message, Rule, Template
from notifications.rules import Audience
from notifications.services.add_template import (
    InvalidTemplateError,
    TemplateData,
    add_template,
    check_template,
)
from notifications.services.change_template import change_template
from notifications.services.delete_template import delete_template
from notifications.services.preview_message import Preview, preview_message
from notifications.texts import locales
from notifications.texts.engine import TAGS
from notifications.texts.filters import FILTERS
from notifications.texts.variables import VARIABLES
from tenants.brands.models import Brand

_BOOKINGS_SHOWN = 30
_READERS = [(Audience.CLIENT.value, "The client"), (Audience.STAFF.value, "The coach")]


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Template
        fields = ("rule", "brand", "language", "subject", "text", "html")
        widgets: ClassVar = {
            "subject": UnfoldAdminTextInputWidget,
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 14, "spellcheck": "true"}),
            "html": UnfoldAdminTextareaWidget(attrs={"rows": 8, "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"text", "html"} & self.fields.keys():
            # The first line may be indented, and lines are counted.
            self.fields[name].strip = False  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        """With line ends of one character, which browsers send as two."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def clean_html(self) -> str:
        return str(self.cleaned_data["html"]).replace("\r\n", "\n")

    def clean_language(self) -> str:
        """In its usual letters, so that one that exists is recognised."""
        return locales.normal(self.cleaned_data["language"])

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        rule = fields.get("rule") or (self.instance.rule if self.instance.rule_id else None)
        if self.errors or rule is None:
            return fields
        brand = fields.get("brand")
        data = TemplateData(subject=fields["subject"], text=fields["text"], html=fields["html"])
        try:
            check_template(rule=rule, brand_id=brand and brand.pk, language=fields["language"], data=data)
        except InvalidTemplateError as error:
            for name, texts in error.fields.items():
                self.add_error(name.removesuffix("_id"), texts)
        return fields


class PreviewForm(forms.Form):
    """About which booking, and who reads it."""

    preview_booking = forms.ChoiceField(label="Booking", required=False, widget=UnfoldAdminSelectWidget)
    preview_audience = forms.ChoiceField(
        label="Read by", required=False, choices=_READERS, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, bookings: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["preview_booking"].choices = [("", "A made-up one"), *bookings]  # type: ignore[attr-defined]


@admin.register(Template, site=tenant_site)
class TemplateAdmin(ServiceSavedAdmin, BrandScopedAdmin):
    form = TemplateForm
    shows_tenant_wide = True
    list_display = ("shown_rule", "language", "shown_brand", "subject", "shown_failure")
    list_filter = (("rule", RuleFilter), ("brand", BrandFilter), "language")
    list_select_related = ("rule", "brand")
    search_fields = ("subject", "text")
    search_help_text = "Words of the subject or the text"
    change_form_after_template = "notifications/admin_preview.html"
    change_form_show_cancel_button = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        """One for all brands is nobody else's business where its rule is another brand's."""
        return super().get_queryset(request).filter(rule__in=self._rules(request))

    @display(description="Rule", ordering="rule__event")
    def shown_rule(self, template: Template) -> str:
        return str(template.rule)

    @display(description="Last trouble")
    def shown_failure(self, template: Template) -> str:
        if template.failed_at is None:
            return ""
        at = timezone.localtime(template.failed_at)
        return f"{at:%d %b %Y, %H:%M}: {template.failure} The built-in text was sent instead."

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Rule:
            kwargs["queryset"] = self._rules(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: Any) -> None:  # noqa: ARG002
        if change:
            names = {name: f"{name}_id" if name == "brand" else name for name in form.changed_data if name != "rule"}
            changes = {field: getattr(obj, field) for field in names.values()}
            saved = change_template(template=obj, changes=changes)
        else:
            data = TemplateData(subject=obj.subject, text=obj.text, html=obj.html)
            saved = add_template(rule=obj.rule, brand_id=obj.brand_id, language=obj.language, data=data)
        become(obj, saved)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A template stays with its rule."""
        return (*super().get_readonly_fields(request, obj), *(["rule"] if obj else []))

    def delete_model(self, request: HttpRequest, obj: Template) -> None:  # noqa: ARG002
        delete_template(template=obj)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.preview)
        return [path("preview/", view, name="notifications_template_preview"), *super().get_urls()]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().changeform_view(request, *args, **kwargs)
        # The preview's frame.
        response._csp_update = {"frame-src": [SELF]}  # noqa: SLF001 - as django-csp's decorator does
        return response

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        more = {
            "preview_form": PreviewForm(bookings=self._bookings(request), initial=request.POST.dict()),
            "variables": VARIABLES,
            "filters": [(name, function.__doc__) for name, function in FILTERS.items()],
            "tags": ", ".join(TAGS),
        }
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What is in the form, as its reader would get it: a page for the frame beside the form."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        context: dict[str, Any] = {"problems": {}, "shown": None}
        try:
            context["shown"] = self._previewed(request)
        except InvalidTemplateError as error:
            context["problems"] = error.fields
        response = TemplateResponse(request, "notifications/preview.html", context)
        response._csp_replace = MAIL  # type: ignore[attr-defined]  # noqa: SLF001
        response["X-Frame-Options"] = "SAMEORIGIN"
        return response

    def _previewed(self, request: HttpRequest) -> Preview | None:
        said = request.POST
        stored: Template | None = self.get_object(request, said["template_id"]) if said.get("template_id") else None
        rule = stored.rule if stored else self._rules(request).filter(pk=_number(said.get("rule"))).first()
        if rule is None:
            raise InvalidTemplateError({"rule": ["Choose a rule."]})
        source = said if "text" in said or stored is None else vars(stored)
        draft = TemplateData(**{name: source.get(name, "") for name in ("subject", "text", "html")})
        kind_id = dict(self._subjects(request)).get(said.get("preview_booking", ""))
        booking_id, brand = kind_id or (None, self._brand(request, said.get("brand"), rule))
        shown = preview_message(
            rule=rule,
            brand=brand,
            booking_id=booking_id,
            audience=_audience(rule, said.get("preview_audience", "")),
            language=said.get("language") or (stored.language if stored else "en"),
            draft=draft,
        )
        if shown is None:
            raise InvalidTemplateError({"booking": ["This booking is gone. Choose another one."]})
        return shown

    def _rules(self, request: HttpRequest) -> QuerySet[Rule]:
        return Rule.objects.kept().filter(Q(brand=None) | Q(brand__in=self._brands(request)))

    def _brands(self, request: HttpRequest) -> QuerySet[Brand]:
        return selectable_brands(request, permission_to("view", Template))

    def _brand(self, request: HttpRequest, chosen: str | None, rule: Rule) -> Brand:
        brands = self._brands(request).order_by("-is_default", "slug")
        wanted = str(chosen or rule.brand_id or "")
        found = next((brand for brand in brands if str(brand.pk) == wanted), None) or brands.first()
        if found is None:
            raise PermissionDenied
        return found

    def _subjects(self, request: HttpRequest) -> list[tuple[str, tuple[Any, Brand]]]:
        """The bookings of the viewer's brands about which there was a message last, by their ids."""
        recent = Message.objects.filter(brand__in=self._brands(request)).select_related("brand")
        found: dict[str, tuple[Any, Brand]] = {}
        for message in recent.order_by("-created_at")[: 3 * _BOOKINGS_SHOWN]:
            found.setdefault(str(message.subject_id), (message.subject_id, message.brand))
        return list(found.items())[:_BOOKINGS_SHOWN]

    def _bookings(self, request: HttpRequest) -> list[tuple[str, str]]:
        ids = [subject_id for _, (subject_id, _) in self._subjects(request)]
        loaded = [facts for kind in subjects.kinds() for facts in subjects.source(kind).load(ids).values()]
        return [
            (
                str(facts.id),
                f"{timezone.localtime(facts.starts_at):%d %b %Y, %H:%M}: {facts.client_name} with {facts.staff_name}",
            )
            for facts in sorted(loaded, key=lambda facts: facts.starts_at, reverse=True)
        ]


def _audience(rule: Rule, chosen: str) -> Audience:
    """Who reads it: the rule may leave no choice."""
    if rule.audience in {Audience.ADDRESS, Audience.STAFF}:
        return Audience(rule.audience)
    return Audience.STAFF if chosen == Audience.STAFF else Audience.CLIENT


def _number(text: str | None) -> int:
    """A key as a form sends it; 0, which nothing has, for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - bigint
