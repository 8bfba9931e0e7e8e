"""Services in the admin."""

from decimal import Decimal
from typing import Any, ClassVar

from babel.numbers import format_currency, get_currency_precision
from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_base import BrandFilter, BrandScopedAdmin, NoDelete, permission_to, selectable_brands
from accounts.admin_sites import tenant_site
from scheduling.models import Resource, Service, ServiceHours, ServiceNeed, StaffMember


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Service
        fields = "__all__"  # noqa: DJ007 - the admin names the fields
        widgets: ClassVar = {"timezone": UnfoldAdminTextInputWidget}

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        brand = fields.get("brand") or (self.instance.brand if self.instance.brand_id else None)
        others = [staff for staff in fields.get("staff", []) if brand and not staff.brands.filter(pk=brand.pk).exists()]
        if others:
            names = ", ".join(staff.person.name for staff in others)
            raise forms.ValidationError({"staff": f"Not working for {brand}: {names}."})
        return fields


class ServiceHoursInline(TabularInline):
    model = ServiceHours
    extra = 0


class ServiceNeedInline(TabularInline):
    model = ServiceNeed
    extra = 0

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Resource.objects.exclude(kind__in=[Resource.Kind.STAFF, Resource.Kind.CLIENT])
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Service, site=tenant_site)
class ServiceAdmin(NoDelete, BrandScopedAdmin):
    """What can be booked, and on which terms. What was booked keeps the terms that it was booked on."""

    form = ServiceForm
    list_display = ("name", "code", "length", "price", "offered_in", "brand", "is_active")
    list_filter = (("brand", BrandFilter), "offered_in", "is_active")
    list_select_related = ("brand",)
    search_fields = ("name", "code")
    autocomplete_fields = ("staff",)
    inlines: ClassVar = [ServiceHoursInline, ServiceNeedInline]
    fieldsets = (
        (None, {"fields": ("name", "code", "description", "brand", "is_active")}),
        ("Time", {"fields": ("duration_minutes", "buffer_before_minutes", "buffer_after_minutes")}),
        ("By video", {"fields": ("is_remote", "meeting_opens_minutes")}),
        ("Who and when", {"fields": ("staff", "offered_in", "step_minutes", "timezone")}),
        ("Terms", {"fields": ("notice_minutes", "horizon_days", "max_per_day", "max_per_staff_per_day")}),
        ("Price", {"fields": ("price_minor", "currency", "cancel_notice_minutes", "cancel_fee_percent")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        return () if obj is None else ("brand",)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "brand":
            kwargs["queryset"] = selectable_brands(request, permission_to("add", Service))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "staff":
            brands = selectable_brands(request, permission_to("change", Service))
            kwargs["queryset"] = StaffMember.objects.active().filter(
                pk__in=StaffMember.objects.filter(brands__in=brands).values("pk")
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Service, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.updated_at = timezone.now()
        if not change:
            obj.created_at = obj.updated_at
        super().save_model(request, obj, form, change)

    @display(description="Length", ordering="duration_minutes")
    def length(self, service: Service) -> str:
        return f"{service.duration_minutes} min"

    @display(description="Price", ordering="price_minor")
    def price(self, service: Service) -> str:
        if not service.price_minor:
            return "free"
        amount = Decimal(service.price_minor).scaleb(-get_currency_precision(service.currency))
        return format_currency(amount, service.currency, locale="en")
