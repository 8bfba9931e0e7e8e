"""Sign-ins and what they may do; for administrators, and for the platform's operators."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.messages import success
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import admin_keys  # noqa: F401 - registers its pages
from accounts.access.models import Membership
from accounts.admin_base import BrandScopedAdmin, OneBrandOrAll, ReadOnly, WholeTenantOnly
from accounts.admin_invitations import InviteForm, Invites
from accounts.admin_sites import platform_site, tenant_site
from accounts.models import User
from tenants.brands.models import Brand
from tenants.models import Domain, Tenant
from tenants.services.set_status import set_status


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class NewPasswordForm(AdminPasswordChangeForm):
    """Without Django's choice of no password: it would leave the tokens, and a mail to whoever forgot theirs
    would bring the password back. Who is to be shut out is made inactive."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.pop("usable_password", None)


class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form: Any = NewUserForm
    change_password_form = NewPasswordForm
    list_display: tuple[str, ...] = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "is_staff", "is_active", "last_login", "date_joined")}),
    )
    add_fieldsets: Any = ((None, {"fields": ("email", "name", "is_staff", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")


class RolesFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        """An invited colleague without a role would find an empty admin."""
        super().clean()
        chosen = [form for form in self.forms if form.cleaned_data.get("role") and not form.cleaned_data.get("DELETE")]
        if self.instance._state.adding and self.instance.is_staff and not chosen:  # noqa: SLF001 - Django's
            raise ValidationError("Choose a role: without one, a colleague signs in and sees nothing.")


class MembershipInline(OneBrandOrAll, TabularInline):
    model = Membership
    formset = RolesFormSet
    verbose_name = "role"
    verbose_name_plural = "Roles, in one brand or in all"

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:  # noqa: ARG002
        return 0 if obj else 1


@admin.register(User, site=tenant_site)
class StaffUserAdmin(WholeTenantOnly, Invites, UserAdmin):
    add_form: Any = InviteForm
    add_form_template = "admin/change_form.html"
    add_fieldsets: Any = ((None, {"fields": ("email", "name", "is_staff")}),)
    inlines: ClassVar = [MembershipInline]
    list_display: tuple[str, ...] = (
        "email", "name", "shown_roles", "shown_invitation", "shown_staff", "shown_active", "last_login"
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__brand")

    @display(description="Staff", boolean=True, ordering="is_staff")
    def shown_staff(self, user: User) -> bool:
        return user.is_staff

    @display(description="Active", boolean=True, ordering="is_active")
    def shown_active(self, user: User) -> bool:
        return user.is_active

    @display(description="Roles")
    def shown_roles(self, user: User) -> str:
        return ", ".join(
            f"{membership.get_role_display()}{f' ({membership.brand.name})' if membership.brand else ''}"
            for membership in user.memberships.all()
        )


@admin.register(User, site=platform_site)
class OperatorAdmin(UserAdmin):
    def save_model(self, request: Any, obj: User, form: Any, change: Any) -> None:
        # Whoever signs in here is an operator, and operators may all.
        obj.is_superuser = obj.is_staff
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        # Django would look for their tokens and roles, whose tables only tenants have. They are switched off.
        return False


@admin.register(Brand, site=tenant_site)
class BrandAdmin(ReadOnly, BrandScopedAdmin):
    brand_path = "pk"
    list_display = ("name", "slug", "timezone", "from_email", "is_default")


class DomainInline(TabularInline):
    model = Domain
    extra = 0
    can_delete = False
    fields = readonly_fields = ("domain", "is_primary", "brand_id")

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Tenant, site=platform_site)
class TenantAdmin(ReadOnly):
    list_display = ("number", "name", "slug", "timezone", "shown_status", "created_at")
    list_display_links = ("name",)
    search_fields = ("name", "slug")
    list_filter = ("status",)
    inlines: ClassVar = [DomainInline]
    actions: ClassVar = ["suspend", "resume"]

    @display(description="Status", label={"Active": "success", "Suspended": "danger"})
    def shown_status(self, tenant: Tenant) -> str:
        return str(tenant.get_status_display())

    @admin.action(description="Suspend: refuse its requests, hold its messages")
    def suspend(self, request: HttpRequest, tenants: QuerySet[Tenant]) -> None:
        self._set(request, tenants, Tenant.Status.SUSPENDED)

    @admin.action(description="Resume")
    def resume(self, request: HttpRequest, tenants: QuerySet[Tenant]) -> None:
        self._set(request, tenants, Tenant.Status.ACTIVE)

    def _set(self, request: HttpRequest, tenants: QuerySet[Tenant], status: Tenant.Status) -> None:
        for tenant in tenants:
            set_status(slug=tenant.slug, status=status)
            success(request, f"{tenant.name} is {status.label.lower()}. All processes know it within 5 seconds.")
