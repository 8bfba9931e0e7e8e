"""The suppression list: to whom nothing is sent, and why. Staff adds to it and ends what stands."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.messages import success
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_base import BrandFilter, BrandScopedAdmin, NoDelete
from accounts.admin_sites import tenant_site
from api.admin_services import ServiceSavedAdmin, become
from notifications.models import Suppression
from notifications.rules import Channel
from notifications.rules.suppressions import SuppressionScope, normalised
from notifications.services.add_suppression import (
    NO_ADDRESS,
    AlreadySuppressedError,
    add_suppression,
    is_address,
)
from notifications.services.end_suppression import end_suppression


class StandsFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("active", "Active"), ("ended", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Suppression]) -> QuerySet[Suppression]:  # noqa: ARG002
        wanted = self.value()
        return queryset.filter(ended_at__isnull=wanted == "active") if wanted in {"active", "ended"} else queryset


class NewSuppressionForm(forms.ModelForm):  # type: ignore[type-arg]
    address = forms.CharField(
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
        help_text="An e-mail address, or a number such as +493055501.",
    )

    class Meta:
        model = Suppression
        fields = ("channel", "address", "scope", "brand", "note")

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        if {"channel", "address", "brand"} <= fields.keys():
            channel = Channel(fields["channel"])
            if not is_address(channel, fields["address"]):
                self.add_error("address", NO_ADDRESS)
            elif _stands(channel, fields["address"], fields["brand"]):
                self.add_error("address", str(AlreadySuppressedError()))
        return fields


def _stands(channel: Channel, address: str, brand: Any) -> bool:
    by_hand = Suppression.objects.active().of_address(channel, address).filter(reason="manual", brand=brand)
    return by_hand.exists()


@admin.register(Suppression, site=tenant_site)
class SuppressionAdmin(ServiceSavedAdmin, NoDelete, BrandScopedAdmin):
    list_display = ("address", "channel", "shown_reason", "scope", "shown_brand", "created_at", "shown_status")
    list_filter = (
        StandsFilter,
        ("channel", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        ("scope", ChoicesDropdownFilter),
        ("brand", BrandFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("brand",)
    search_fields = ("address", "note")
    fields = ("channel", "address", "reason", "scope", "shown_brand", "note", "message_id", "created_at", "ended_at")
    actions: ClassVar = ["end"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Also a number as people write it."""
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        if digits := normalised(Channel.SMS, search_term):
            rows |= queryset.filter(channel=Channel.SMS, address__endswith=digits)
        return rows, may_repeat

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> Any:  # noqa: ARG002
        return NewSuppressionForm.Meta.fields if obj is None else self.fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = {"form": NewSuppressionForm} if obj is None else {}
        return super().get_form(request, obj, change, **{**form, **kwargs})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """It says what it says until it ends."""
        return False

    def has_end_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        made = add_suppression(
            channel=Channel(obj.channel),
            address=obj.address,
            brand_id=obj.brand_id,
            scope=SuppressionScope(obj.scope),
            note=obj.note,
            now=timezone.now(),
        )
        become(obj, made)

    @admin.action(description="End: write to these addresses again", permissions=["end"])
    def end(self, request: HttpRequest, suppressions: QuerySet[Suppression]) -> None:
        granted = self.granted(request, "change")
        may_end = suppressions if granted is None else suppressions.filter(pk__in=granted.values("pk"))
        ended = [end_suppression(suppression=row, now=timezone.now()) for row in may_end if row.is_active]
        success(request, f"Ended: {len(ended)}. What stands against an address for another reason stays.")

    @display(
        description="Reason",
        ordering="reason",
        label={"Unsubscribed": "info", "By staff": "info", "Bounced": "warning", "Complained": "danger"},
    )
    def shown_reason(self, suppression: Suppression) -> str:
        return suppression.get_reason_display()

    @display(description="Status", ordering="ended_at", label={"Active": "warning", "Ended": "success"})
    def shown_status(self, suppression: Suppression) -> str:
        return "Active" if suppression.is_active else "Ended"
