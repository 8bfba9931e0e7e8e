"""Calendar feeds. Their addresses are shown once, on a page of their own."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.messages import error, success
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin_base import BrandFilter, BrandScopedAdmin, permission_to
from accounts.admin_keys import SecretPage
from accounts.admin_sites import tenant_site
from accounts.backends import brands_for
from api.admin_services import ServiceSavedAdmin, become
from notifications.api.calendar_file import address_of
from notifications.models import CalendarFeed
from notifications.rules.feeds import FeedLevel
from notifications.services.create_calendar_feed import FeedOwnerNotFoundError, IssuedFeed, create_calendar_feed
from notifications.services.revoke_calendar_feed import revoke_calendar_feed
from notifications.services.rotate_calendar_feed import rotate_calendar_feed
from scheduling.public import Client, StaffMember
from tenants.errors import DomainError

_OWNERS = ("staff_member", "room", "client")
_TO_ADD = permission_to("add", CalendarFeed)


def _serves_others(request: HttpRequest) -> bool:
    """Whether the viewer makes feeds of more than their own calendar."""
    return brands_for(request.user, _TO_ADD) != set()


def _is_own(feed: CalendarFeed, request: HttpRequest) -> bool:
    person = feed.staff_member.person if feed.staff_member else None
    return person is not None and person.user_id == request.user.pk


class NewFeedForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CalendarFeed
        fields = ("brand", *_OWNERS, "level", "name")
        help_texts: ClassVar = {"staff_member": "Whose calendar: one of the three."}

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if len([name for name in _OWNERS if fields.get(name)]) != 1:
            raise forms.ValidationError("Choose one: a staff member, a room or a client.")
        return fields


@admin.register(CalendarFeed, site=tenant_site)
class CalendarFeedAdmin(ServiceSavedAdmin, BrandScopedAdmin, SecretPage):
    """Coaches see, make, rotate and revoke feeds of their own calendar."""

    form = NewFeedForm
    own_path = "staff_member__person__user"
    secret_template = "admin/calendar_feed.html"  # noqa: S105 - no secret
    list_display = ("owner", "name", "shown_kind", "level", "shown_prefix", "shown_status", "brand", "last_used_at")
    list_filter = (("brand", BrandFilter), ("level", ChoicesDropdownFilter))
    list_select_related = ("brand", "staff_member__person", "room__resource", "client__person")
    search_fields = (
        "name",
        "prefix",
        "staff_member__person__given_name",
        "staff_member__person__family_name",
        "room__resource__name",
        "client__person__given_name",
        "client__person__family_name",
    )
    autocomplete_fields = _OWNERS
    fields = ("brand", *_OWNERS, "level", "name")
    readonly_fields = (
        "owner", "shown_kind", "shown_prefix", "shown_status", "created_at", "created_by", "rotated_at", "revoked_at",
        "last_used_at",
    )  # fmt: skip
    actions: ClassVar = ["rotate", "revoke"]

    def get_fields(self, request: HttpRequest, obj: CalendarFeed | None = None) -> Any:
        if obj is not None:
            return ("owner", "shown_kind", "brand", "level", "name", *self.readonly_fields[2:])
        return self.fields if _serves_others(request) else ("brand", "staff_member", "level", "name")

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        # Searching is for those who see all staff; with oneself alone there is nothing to search.
        return _OWNERS if _serves_others(request) else ()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """A feed shows what it shows until it ends: for anything else another one is made."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model in {StaffMember, Client}:
            brands = brands_for(request.user, _TO_ADD)
            people: Any = db_field.related_model._default_manager  # noqa: SLF001 - Django has no public way
            whose = (
                people.all() if brands is None else people.filter(pk__in=people.filter(brands__in=brands).values("pk"))
            )
            if db_field.related_model is StaffMember:
                whose |= people.filter(person__user=request.user)
            kwargs["queryset"] = whose
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        own = db_field.related_model is StaffMember and not _serves_others(request)
        if own:
            field.help_text = ""
        # What leaves no choice is chosen.
        if (own or db_field.name == "brand") and len(only := field.queryset[:2]) == 1:
            field.initial = only[0].pk
        return field

    def save_model(self, request: Any, obj: CalendarFeed, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        brands = brands_for(request.user, _TO_ADD)
        if not (brands is None or obj.brand_id in brands or _is_own(obj, request)):
            # Of the brands in which one is a coach, one's own alone.
            raise FeedOwnerNotFoundError(kind="staff member")
        made = create_calendar_feed(
            kind=obj.kind,
            owner_id=obj.owner_id,
            brand_id=obj.brand_id,
            level=FeedLevel(obj.level),
            name=obj.name,
            created_by_id=request.user.pk,
            now=timezone.now(),
        )
        become(obj, made.feed)
        request.issued_secret = made.secret

    def response_add(self, request: HttpRequest, obj: CalendarFeed, post_url_continue: Any = None) -> HttpResponse:  # noqa: ARG002
        return self._show(request, IssuedFeed(obj, request.issued_secret))  # type: ignore[attr-defined]

    @display(description="Calendar of")
    def owner(self, feed: CalendarFeed) -> str:
        return feed.owner_name

    @display(description="Is")
    def shown_kind(self, feed: CalendarFeed) -> str:
        return {"staff": "Staff member"}.get(feed.kind.value, feed.kind.value.capitalize())

    @display(description="Address")
    def shown_prefix(self, feed: CalendarFeed) -> str:
        return f"…/{feed.prefix}…"

    @display(description="Status", label={"Live": "success", "Revoked": "danger"})
    def shown_status(self, feed: CalendarFeed) -> str:
        return "Revoked" if feed.revoked_at else "Live"

    def has_end_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def _mine(self, request: HttpRequest, feeds: QuerySet[CalendarFeed]) -> QuerySet[CalendarFeed]:
        """Those of the feeds which the viewer may end, and not only see."""
        granted = self.granted(request, "add")
        return feeds if granted is None else feeds.filter(pk__in=granted.values("pk"))

    @admin.action(description="Give a new address, which ends the old one", permissions=["end"])
    def rotate(self, request: HttpRequest, feeds: QuerySet[CalendarFeed]) -> HttpResponse | None:
        feed = self._mine(request, feeds).first()
        if feed is None or feeds.count() > 1:
            error(request, "Choose one feed that you may change: its address is shown once.")
            return None
        if self.is_repeated(request):
            return None
        try:
            issued = rotate_calendar_feed(feed=feed, now=timezone.now())
        except DomainError as refusal:
            error(request, str(refusal))
            return None
        self.log_change(request, feed, "Given a new address.")
        return self._show(request, issued)

    @admin.action(description="Revoke: the address opens nothing from now on", permissions=["end"])
    def revoke(self, request: HttpRequest, feeds: QuerySet[CalendarFeed]) -> None:
        ended = 0
        for feed in self._mine(request, feeds).live():  # type: ignore[attr-defined]
            revoke_calendar_feed(feed=feed, now=timezone.now())
            self.log_change(request, feed, "Revoked.")
            ended += 1
        success(request, f"Revoked: {ended}. Calendar programs that ask for a revoked feed get nothing from now on.")

    def _show(self, request: HttpRequest, issued: IssuedFeed) -> HttpResponse:
        return self.show_secret(
            request,
            title=str(issued.feed),
            secret=address_of(issued.feed, issued.secret, request=request),
            shows=FeedLevel(issued.feed.level).label,
        )
