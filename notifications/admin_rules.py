"""Rules: who is told what, when and how. Saved through services, so that what is planned follows."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.admin_base import BrandFilter, BrandScopedAdmin, permission_to
from accounts.admin_sites import tenant_site
from accounts.backends import brands_for
from api.admin_services import ServiceSavedAdmin, become
from notifications import subjects
from notifications.models import Rule
from notifications.services.change_rule import FIELDS, archive_rule, change_rule, create_rule

_STATES = {"On": "success", "Off": "info", "Being planned": "warning"}


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    subject_kind = forms.ChoiceField(
        required=False, label="Kind", widget=UnfoldAdminSelectWidget, help_text="Of bookings."
    )
    service_ids = forms.TypedMultipleChoiceField(
        coerce=UUID,
        required=False,
        label="Services, office hours and time slots",
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None: all of them.",
    )

    class Meta:
        model = Rule
        fields = "__all__"  # noqa: DJ007 - the admin names the fields

    brands: ClassVar[set[UUID] | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, kind.replace("_", " ").capitalize()) for kind in subjects.kinds()]
        offered = [pair for kind, _ in kinds for pair in subjects.source(kind).services(self.brands)]
        if "subject_kind" in self.fields:
            self.fields["subject_kind"].choices = [("", "All kinds"), *kinds]  # type: ignore[attr-defined]
            # What it names already stays, even where nobody offers it any more.
            kept = {*(self.instance.service_ids or [])} - {service for service, _ in offered}
            choices = [*offered, *((service, f"No longer offered ({service})") for service in sorted(kept))]
            self.fields["service_ids"].choices = choices  # type: ignore[attr-defined]


@admin.register(Rule, site=tenant_site)
class RuleAdmin(ServiceSavedAdmin, BrandScopedAdmin):
    form = RuleForm
    shows_tenant_wide = True
    list_display = ("shown_name", "shown_when", "audience", "channel", "shown_brand", "shown_quiet", "shown_state")
    list_filter = (
        ("event", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("brand", BrandFilter),
        "is_active",
    )
    list_select_related = ("brand",)
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "is_active")}),
        ("When", {"fields": (("event", "offset_minutes"), ("quiet_from", "quiet_until"), "lateness_minutes")}),
        ("To whom, and how", {"fields": (("audience", "address"), "channel", "is_essential")}),
        ("About which bookings", {"fields": ("brand", "subject_kind", "service_ids")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(["event"] if obj else []))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        return super().get_queryset(request).filter(archived_at=None)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"brands": brands_for(request.user, permission_to("view", Rule))})

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        fields = {name: getattr(obj, name) for name in FIELDS}
        now = timezone.now()
        saved = change_rule(rule=obj, changes=fields, now=now) if change else create_rule(fields=fields, now=now)
        become(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:  # noqa: ARG002
        archive_rule(rule=obj, now=timezone.now())

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:  # noqa: ARG002
        """A rule ends; what it has sent stays in the log, so nothing stands in its way."""
        return [str(rule) for rule in objs], {"Rules": len(objs)}, set(), []

    @display(description="Rule", ordering="name")
    def shown_name(self, rule: Rule) -> str:
        return rule.name or str(rule)

    @display(description="When", ordering="event")
    def shown_when(self, rule: Rule) -> str:
        return rule.when

    @display(description="Quiet hours")
    def shown_quiet(self, rule: Rule) -> str:
        return f"{rule.quiet_from:%H:%M} to {rule.quiet_until:%H:%M}" if rule.quiet_hours else ""

    @display(description="State", label=_STATES, ordering="is_active")
    def shown_state(self, rule: Rule) -> str:
        if rule.planned_version < rule.version:
            return "Being planned"
        return "On" if rule.is_active else "Off"
