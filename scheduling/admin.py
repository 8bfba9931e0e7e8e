"""People, places and hours."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Model, Prefetch, Q, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin_base import BrandFilter, BrandScopedAdmin, NoDelete, permission_to, selectable_brands
from accounts.admin_sites import tenant_site
from accounts.backends import brands_for
from api.admin_services import ServiceSavedAdmin, become
from scheduling.admin_erasures import ErasesPersons, ErasureAdmin
from scheduling.admin_services import ServiceAdmin
from scheduling.models import (
    Client,
    Closure,
    HoursException,
    Location,
    Person,
    Resource,
    Room,
    StaffMember,
    WorkingHours,
)
from scheduling.models.fields import validate_zone
from scheduling.services.change_person import change_person
from scheduling.services.change_room import change_room
from scheduling.services.register_person import EmailTakenError, PersonData, register_client, register_staff_member
from scheduling.services.register_room import register_room
from tenants.brands.models import Brand

__all__ = ["ErasureAdmin", "ServiceAdmin"]


class NewPersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is asked of somebody new; `RegisteringAdmin` registers them."""

    given_name = forms.CharField(max_length=100, widget=UnfoldAdminTextInputWidget)
    family_name = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    email = forms.EmailField(
        required=False, widget=UnfoldAdminEmailInputWidget, help_text="Who is known by it already gets the new role."
    )
    phone = forms.CharField(max_length=32, required=False, widget=UnfoldAdminTextInputWidget)
    timezone = forms.CharField(
        initial="UTC",
        widget=UnfoldAdminTextInputWidget,
        validators=[validate_zone],
        help_text="For example Europe/Berlin.",
    )
    brand = forms.ModelChoiceField(Brand.objects.none(), widget=UnfoldAdminSelectWidget)

    def person(self) -> PersonData:
        names = ("given_name", "family_name", "email", "phone", "timezone")
        return PersonData(**{name: self.cleaned_data[name] for name in names})


class RegisteringAdmin(ServiceSavedAdmin, NoDelete, BrandScopedAdmin):
    """Adding goes through the service; names and contacts are changed on the person."""

    brand_path = "brands"
    register: ClassVar[Callable[..., Model]]
    search_fields = ("person__given_name", "person__family_name", "person__email")
    list_display: ClassVar[Any] = ("name", "email", "phone", "zone", "in_brands")
    list_select_related: ClassVar[Any] = ("person",)
    list_filter = (("brands", BrandFilter),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The names of other brands are not for everybody either."""
        visible = selectable_brands(request, permission_to("view", self.model))
        known = super().get_queryset(request).filter(person__erased_at=None)
        return known.prefetch_related(Prefetch("brands", visible))

    def history_of(self, row: Any) -> list[tuple[str, str]]:
        """With the changes of the person's names and contacts."""
        return [*super().history_of(row), ("person", str(row.person_id))]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        if obj is None:
            brands = selectable_brands(request, permission_to("add", self.model))
            brand = forms.ModelChoiceField(brands, widget=UnfoldAdminSelectWidget)
            kwargs |= {"form": type("NewPersonForm", (NewPersonForm,), {"brand": brand}), "fields": []}
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        if change:
            super().save_model(request, obj, form, change)
        else:
            made = type(self).register(
                person=form.person(),
                brand_id=form.cleaned_data["brand"].pk,
                for_all_brands=brands_for(request.user, permission_to("add", self.model)) is None,
            )
            become(obj, made)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            names = ("given_name", "family_name", "email", "phone", "timezone", "brand")
            return ((None, {"fields": names}),)
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        return () if obj is None else self.readonly_fields

    @admin.display(ordering="person__given_name")
    def name(self, row: Any) -> str:
        return str(row.person.name)

    def email(self, row: Any) -> str:
        return str(row.person.email)

    def phone(self, row: Any) -> str:
        return str(row.person.phone)

    @admin.display(description="Time zone")
    def zone(self, row: Any) -> str:
        return str(row.person.timezone)

    @admin.display(description="Brands")
    def in_brands(self, row: Any) -> str:
        return ", ".join(brand.name for brand in row.brands.all())


@admin.register(Client, site=tenant_site)
class ClientAdmin(RegisteringAdmin):
    register = staticmethod(register_client)
    fields = readonly_fields = ("person", "in_brands", "created_at")


@admin.register(StaffMember, site=tenant_site)
class StaffMemberAdmin(RegisteringAdmin):
    register = staticmethod(register_staff_member)
    list_display = ("name", "title", "email", "zone", "in_brands", "is_active")
    fields = ("person", "title", "is_active", "in_brands", "resource", "created_at")
    readonly_fields = ("person", "in_brands", "resource", "created_at")


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_email(self) -> str:
        """Says what otherwise the name of a constraint would."""
        email: str = self.cleaned_data["email"]
        if email and Person.objects.with_email(email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(str(EmailTakenError()))
        return email


@admin.register(Person, site=tenant_site)
class PersonAdmin(ServiceSavedAdmin, NoDelete, ErasesPersons):
    form = PersonForm
    list_display = ("name", "email", "phone", "timezone", "language", "roles")
    list_select_related = ("client", "staff_member")
    search_fields = ("given_name", "family_name", "email")
    fields = ("given_name", "family_name", "email", "phone", "language", "timezone", "user", "version", "created_at")
    readonly_fields = ("user", "version", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Without who was erased: of them there is a receipt."""
        return super().get_queryset(request).filter(erased_at=None)

    def rows_in(self, brands: set[UUID]) -> QuerySet[Person]:
        """Clients and staff of the brands."""
        return Person.objects.filter(
            pk__in=Person.objects.filter(client__brands__in=brands)
            .values("pk")
            .union(Person.objects.filter(staff_member__brands__in=brands).values("pk"))
        )

    def history_of(self, row: Any) -> list[tuple[str, str]]:
        """With what they are and in which brands."""
        parts = [(kind, str(getattr(row, kind).pk)) for kind in ("client", "staff_member") if getattr(row, kind, None)]
        return [*super().history_of(row), *parts]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """People come to be as clients or as staff members."""
        return False

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        brands = brands_for(request.user, permission_to("change", Person))
        own = Brand.objects.filter(Q(clients__person=obj) | Q(staff__person=obj), pk__in=brands or ())
        change_person(
            person=obj,
            changes={name: form.cleaned_data[name] for name in form.changed_data},
            for_brand=None if brands is None else own.values_list("pk", flat=True)[0],
        )

    @admin.display(description="Is")
    def roles(self, person: Person) -> str:
        return ", ".join(role for role in ("client", "staff_member") if hasattr(person, role)).replace("_", " ")


class WorkingHoursInline(TabularInline):
    model = WorkingHours
    extra = 0


class HoursExceptionFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        """Django takes no two empty times for the same; the database does."""
        super().clean()
        shown = {form.instance.pk for form in self.initial_forms}
        starts = [(row.date, row.starts) for row in self.get_queryset() if row.pk not in shown]
        sent = [form.cleaned_data for form in self.forms if form not in self.deleted_forms]
        starts += [(fields["date"], fields.get("starts")) for fields in sent if "date" in fields]
        if len(starts) != len(set(starts)):
            raise forms.ValidationError("There are two exceptions of one day with the same start, or without times.")


class HoursExceptionInline(TabularInline):
    model = HoursException
    formset = HoursExceptionFormSet
    extra = 0


@admin.register(Resource, site=tenant_site)
class ResourceAdmin(NoDelete, BrandScopedAdmin):
    """The calendars, with their working hours. Staff members and rooms come with one of their own."""

    list_display = ("name", "kind", "timezone", "location", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("location",)
    search_fields = ("name",)
    fields = ("name", "kind", "timezone", "location", "is_active")
    inlines: ClassVar = [WorkingHoursInline, HoursExceptionInline]

    def rows_in(self, brands: set[UUID]) -> QuerySet[Resource]:
        """Rooms and things are everybody's; people are their brands'."""
        staff = StaffMember.objects.filter(brands__in=brands).values("resource")
        return Resource.objects.filter(~Q(kind=Resource.Kind.STAFF) | Q(pk__in=staff))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        """Without the calendars of who was erased."""
        return super().get_queryset(request).filter(staff_member__person__erased_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        return () if obj is None else ("kind",)


@admin.register(Location, site=tenant_site)
class LocationAdmin(NoDelete):
    list_display = ("name", "address", "timezone")
    search_fields = ("name", "address")


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]
    name = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Room
        fields = ("name", "location", "seats")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # noqa: SLF001
            self.fields["name"].initial = self.instance.resource.name


@admin.register(Room, site=tenant_site)
class RoomAdmin(ServiceSavedAdmin, NoDelete):
    form = RoomForm
    list_display = ("__str__", "location", "seats")
    list_select_related = ("resource", "location")
    search_fields = ("resource__name",)

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        if change:
            change_room(room=obj, **form.cleaned_data)
        else:
            become(obj, register_room(**form.cleaned_data))


@admin.register(Closure, site=tenant_site)
class ClosureAdmin(BrandScopedAdmin):
    shows_tenant_wide = True
    list_display = ("name", "starts_on", "ends_on", "shown_brand", "location")
    list_select_related = ("brand", "location")
    list_filter = (("brand", BrandFilter), "location")
