"""What the admin's pages share: brands, and editing through services only."""

from typing import Any, ClassVar

from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.backends import brands_of
from accounts.models import User
from tenants.brands.models import Brand


class BrandScopedAdmin(ModelAdmin):
    """Staff sees the rows of its own brands; `brand_path` leads from the model to the brand."""

    brand_path: ClassVar = "brand"
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        brands = brands_of(request.user)  # type: ignore[arg-type]
        if brands is None:
            return rows
        # A subquery rather than a join: a row in two brands must not be listed twice.
        own = self.model._default_manager.filter(**{f"{self.brand_path}__in": brands})  # noqa: SLF001
        return rows.filter(pk__in=own.values("pk"))

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Brand:
            kwargs["queryset"] = selectable_brands(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnly(ModelAdmin):
    """Rows that only services write: shown, searched and never edited here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class NoDelete(ModelAdmin):
    """Rows that bookings refer to: they are ended, not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class WholeTenantOnly(ModelAdmin):
    """What concerns all brands, such as who may do what: for those alone whose role is for all brands."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _sees_all(request) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _sees_all(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _sees_all(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _sees_all(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _sees_all(request) and super().has_delete_permission(request, obj)


def _sees_all(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and brands_of(request.user) is None


def selectable_brands(request: HttpRequest) -> QuerySet[Brand]:
    """The brands that a staff member may choose."""
    brands = brands_of(request.user)  # type: ignore[arg-type]
    return Brand.objects.all() if brands is None else Brand.objects.filter(pk__in=brands)
