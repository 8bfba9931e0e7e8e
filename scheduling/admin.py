"""People, places and hours."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin_base import BrandScopedAdmin, NoDelete, selectable_brands
from accounts.admin_sites import tenant_site
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
from scheduling.services.register_person import PersonData, register_client, register_staff_member
from tenants.brands.models import Brand
from tenants.errors import DomainError


class NewPersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Registers somebody through the service that the API uses."""

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

    register: ClassVar[Any] = None

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if self.errors:
            return fields
        person = PersonData(
            **{name: fields[name] for name in ("given_name", "family_name", "email", "phone", "timezone")}
        )
        try:
            self.instance = type(self).register(person=person, brand_id=fields["brand"].pk)
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error
        return fields

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        return self.instance

    def _post_clean(self) -> None:
        """The service has made the row: nothing of the form is written onto it."""

    def save_m2m(self) -> None:
        """As above."""


class NewClientForm(NewPersonForm):
    register = staticmethod(register_client)

    class Meta:
        model = Client
        fields: ClassVar[list[str]] = []


class NewStaffMemberForm(NewPersonForm):
    register = staticmethod(register_staff_member)

    class Meta:
        model = StaffMember
        fields: ClassVar[list[str]] = []


class RegisteringAdmin(NoDelete, BrandScopedAdmin):
    """Adding goes through the service; names and contacts are changed on the person."""

    brand_path = "brands"
    new_form: ClassVar[type[NewPersonForm]]
    search_fields = ("person__given_name", "person__family_name", "person__email")
    list_display: ClassVar[Any] = ("name", "email", "phone", "zone", "in_brands")
    list_select_related: ClassVar[Any] = ("person",)
    list_filter = ("brands",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("brands")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type(
            self.new_form.__name__,
            (self.new_form,),
            {"brand": forms.ModelChoiceField(selectable_brands(request), widget=UnfoldAdminSelectWidget)},
        )

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
    new_form = NewClientForm
    fields = readonly_fields = ("person", "in_brands", "created_at")


@admin.register(StaffMember, site=tenant_site)
class StaffMemberAdmin(RegisteringAdmin):
    new_form = NewStaffMemberForm
    list_display = ("name", "title", "email", "zone", "in_brands", "is_active")
    fields = ("person", "title", "is_active", "in_brands", "resource", "created_at")
    readonly_fields = ("person", "in_brands", "resource", "created_at")


@admin.register(Person, site=tenant_site)
class PersonAdmin(NoDelete):
    list_display = ("name", "email", "phone", "timezone", "language", "roles")
    list_select_related = ("client", "staff_member")
    search_fields = ("given_name", "family_name", "email")
    fields = ("given_name", "family_name", "email", "phone", "language", "timezone", "user", "version", "created_at")
    readonly_fields = ("user", "version", "created_at")
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Those who are clients or staff of the viewer's brands."""
        rows: QuerySet[Person] = super().get_queryset(request)
        brands = selectable_brands(request)
        return rows.filter(
            pk__in=Person.objects.filter(client__brands__in=brands)
            .values("pk")
            .union(Person.objects.filter(staff_member__brands__in=brands).values("pk"))
        )

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """People come to be as clients or as staff members."""
        return False

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        change_person(person=obj, changes={name: form.cleaned_data[name] for name in form.changed_data})

    @admin.display(description="Is")
    def roles(self, person: Person) -> str:
        return ", ".join(role for role in ("client", "staff_member") if hasattr(person, role)).replace("_", " ")


class WorkingHoursInline(TabularInline):
    model = WorkingHours
    extra = 0


class HoursExceptionInline(TabularInline):
    model = HoursException
    extra = 0


@admin.register(Resource, site=tenant_site)
class ResourceAdmin(NoDelete):
    """The calendars, with their working hours. Staff members and rooms come with one of their own."""

    list_display = ("name", "kind", "timezone", "location", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("location",)
    search_fields = ("name",)
    fields = ("name", "kind", "timezone", "location", "is_active")
    inlines: ClassVar = [WorkingHoursInline, HoursExceptionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        """Rooms and things are everybody's; people are their brands'."""
        rows: QuerySet[Resource] = super().get_queryset(request)
        own = StaffMember.objects.filter(brands__in=selectable_brands(request)).values("resource")
        return rows.exclude(kind=Resource.Kind.STAFF) | rows.filter(pk__in=own)

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
class RoomAdmin(NoDelete):
    form = RoomForm
    list_display = ("__str__", "location", "seats")
    list_select_related = ("resource", "location")
    search_fields = ("resource__name",)

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:  # noqa: FBT001
        name, location = form.cleaned_data["name"], form.cleaned_data["location"]
        fields = {"name": name, "timezone": location.timezone, "location": location}
        if change:
            Resource.objects.filter(pk=obj.resource_id).update(**fields)
        else:
            obj.resource = Resource.objects.create(kind=Resource.Kind.ROOM, **fields)
        super().save_model(request, obj, form, change)


@admin.register(Closure, site=tenant_site)
class ClosureAdmin(ModelAdmin):
    list_display = ("name", "starts_on", "ends_on", "brand", "location")
    list_select_related = ("brand", "location")
    list_filter = ("brand", "location")
