"""What the admin's pages share: brands, and editing through services only."""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.admin.options import BaseModelAdmin
from django.contrib.auth import get_permission_codename
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display
from unfold.views import ChangeList

from accounts.admin_history import WithHistory
from accounts.backends import brands_for, own_brands_for
from tenants.brands.models import Brand

ALL_BRANDS = "All brands"


class OneBrandOrAll(BaseModelAdmin):  # type: ignore[type-arg]
    """Says what an empty brand means, in lists (`shown_brand`) and in forms."""

    @display(description="Brand", ordering="brand__name")
    def shown_brand(self, row: Any) -> str:
        return row.brand.name if row.brand else ALL_BRANDS

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.related_model is Brand and field is not None and not field.required:
            field.empty_label = ALL_BRANDS
        return field


class Lists(ChangeList):
    """Offers all the rows only where something was searched or filtered: without the total, Django always does."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class BrandScopedAdmin(OneBrandOrAll, WithHistory):
    """Staff sees and changes the rows of the brands of which its roles let it do so.

    `brand_path` leads from the model to the brand, `own_path` to the user whose row it is: without it, a
    role that reaches its owner's rows alone reaches none.
    """

    brand_path: ClassVar = "brand"
    own_path: ClassVar[str] = ""
    # Rows without a brand are everybody's to see. Only who may change all brands' changes them.
    shows_tenant_wide: ClassVar = False
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        return Lists

    def rows_in(self, brands: set[UUID]) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.filter(**{f"{self.brand_path}__in": brands})  # noqa: SLF001
        return rows

    def granted(self, request: HttpRequest, action: str) -> QuerySet[Any] | None:
        """The rows that the viewer may `view`, `change` or `delete`; None means all of them."""
        everything = self.model._default_manager.all()  # noqa: SLF001
        permission = permission_to(action, self.model)
        brands = brands_for(request.user, permission)
        if brands is None:
            return None
        rows = self.rows_in(brands)
        if self.own_path:
            own_brands = own_brands_for(request.user, permission)
            own = everything if own_brands is None else self.rows_in(own_brands)
            rows |= own.filter(**{self.own_path: request.user})
        if self.shows_tenant_wide and action == "view":
            rows |= everything.filter(**{self.brand_path: None})
        return rows

    def may(self, request: HttpRequest, action: str, row: Model | None) -> bool:
        """Whether `granted` has this row. Without one: whether it may have any."""
        granted = self.granted(request, action) if row else None
        return granted is None or granted.filter(pk=row and row.pk).exists()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        granted = self.granted(request, "view")
        # A subquery rather than a join: a row in two brands must not be listed twice.
        return rows if granted is None else rows.filter(pk__in=granted.values("pk"))

    def brands_in_history(self, request: HttpRequest) -> set[UUID] | None:
        permission = permission_to("view", self.model)
        brands, own = brands_for(request.user, permission), own_brands_for(request.user, permission)
        return None if brands is None or own is None else brands | own

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self.may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self.may(request, "delete", obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Brand:
            # To move a row to a brand is to add it there.
            permission = permission_to("add", self.model)
            kwargs["queryset"] = selectable_brands(request, permission)
            if brands_for(request.user, permission) is not None:
                kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnly(ModelAdmin):
    """Rows that only services write: shown, searched and never edited here."""

    def also_shown(self, request: HttpRequest, row: Any) -> dict[str, Any]:  # noqa: ARG002
        """What the page of a row shows beside its fields, for its template."""
        return {}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        more = {} if obj is None else self.also_shown(request, obj)
        response: HttpResponse = super().render_change_form(request, {**context, **more}, *args, obj=obj, **kwargs)
        return response

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class NoDelete(WithHistory):
    """Rows that bookings refer to: they are ended, not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class WholeTenantOnly(WithHistory):
    """What concerns all brands, such as who may do what: for those alone whose role is for all brands."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._in_all_brands(request, "view") and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._in_all_brands(request, "view") and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._in_all_brands(request, "add") and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._in_all_brands(request, "change") and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._in_all_brands(request, "delete") and super().has_delete_permission(request, obj)

    def _in_all_brands(self, request: HttpRequest, action: str) -> bool:
        return brands_for(request.user, permission_to(action, self.model)) is None


class BrandFilter(RelatedDropdownFilter):
    """Offers the brands of which the viewer may see rows."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:  # noqa: ARG002
        brands = selectable_brands(request, permission_to("view", model_admin.model))
        return [(brand.pk, str(brand)) for brand in brands]


def permission_to(action: str, model: type[Model]) -> str:
    """Django's name of a permission, such as `bookings.view_coachbooking`."""
    options = model._meta  # noqa: SLF001
    return f"{options.app_label}.{get_permission_codename(action, options)}"


def selectable_brands(request: HttpRequest, permission: str) -> QuerySet[Brand]:
    """The brands of which a permission of the viewer has rows, be it their own ones alone."""
    brands, own = brands_for(request.user, permission), own_brands_for(request.user, permission)
    if brands is None or own is None:
        return Brand.objects.all()
    return Brand.objects.filter(pk__in=brands | own)


def zone_of_pages(brands: Iterable[Brand]) -> ZoneInfo:
    """In which zone a page shows these brands' times: theirs, where they share one; else the tenant's."""
    zones = {brand.timezone for brand in brands}
    return ZoneInfo(zones.pop() if len(zones) == 1 else timezone.get_current_timezone_name())
