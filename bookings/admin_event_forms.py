"""The forms by which events are published in the admin."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from accounts.admin_base import permission_to
from accounts.backends import brands_for, own_brands_for
from api.errors import as_domain_error
from bookings import event_errors as errors
from bookings.admin_event_pictures import roubles
from bookings.errors import CoachBusyError
from bookings.models import Event, Sport, TimeSlot
from bookings.models.events import MAX_PARTICIPANTS
from bookings.rules.events import OLDEST, SHORTEST, YOUNGEST, Eligibility, Entry, Hours, Level, SlotType, Terms
from scheduling.public import Location, StaffMember
from tenants.brands.models import Brand

_KOPECKS: Final = 100
_DEAREST: Final = Decimal(10**10)
_MOST_WEEKS: Final = 52
# Beyond, a series or another zone leaves what dates can say.
_CALENDAR: Final = (
    MinValueValidator(date(2000, 1, 1), "Choose a day from the year 2000 on."),
    MaxValueValidator(date(8999, 12, 31), "Choose a day before the year 9000."),
)
# So many days of a series are named that can't have their event.
_NAMED: Final = 5
# The refusals of `publish_event` that a field is to blame for, and how they are said to who fills in a form.
_SAID: Final[dict[type, tuple[str, str]]] = {
    CoachBusyError: ("start", "The coach has something else then. Choose another time or day."),
    errors.NotInFutureError: ("day", "That is past: an event begins in the future."),
    errors.NoSuchHoursError: ("start", "The clocks skip that time on this day. Choose another one."),
    errors.UnknownSportError: ("sport", "This sport is not offered any more. Choose another one."),
    errors.UnknownAddressError: ("address", "This address is gone. Choose another one."),
}


def _date(label: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def _time(label: str, **options: Any) -> forms.TimeField:
    widget = forms.TimeInput({"type": "time", "class": " ".join(INPUT_CLASSES)}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, input_formats=["%H:%M"], **options)


def _number(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, widget=UnfoldAdminIntegerFieldWidget, **options)


class DateForm(forms.Form):
    """Another date of a time slot that is there."""

    day = _date("Day", help_text="On the coach's clock.", validators=_CALENDAR)
    weeks = _number(
        "Weeks",
        initial=1,
        min_value=1,
        max_value=_MOST_WEEKS,
        help_text=f"1: this day alone; else every week on its weekday, {_MOST_WEEKS} at the most.",
    )
    skip = forms.BooleanField(
        label="Leave out days that can't have it",
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="Else nothing is published if the coach is busy on one of them.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = timezone.localdate() + timedelta(days=7)

    def refuse(self, error: Exception, *, method: str) -> None:
        """Says what a service refuses beside the field that it is about. Raises what is no refusal."""
        refusal = as_domain_error(error, method=method)
        if refusal is None:
            raise error
        if isinstance(refusal, errors.SeriesConflictError):
            self.add_error("weeks", _conflict(refusal))
            return
        field, said = _SAID.get(type(refusal), (None, str(refusal)))
        self.add_error(field if field in self.fields else None, said)


class EventForm(DateForm):
    """An event of a new time slot."""

    coach = forms.ChoiceField(label="Coach", widget=UnfoldAdminSelectWidget)
    start = _time("Start", help_text="On the coach's clock.")
    end = _time("End", help_text="Not after the start: on the next day.")
    participants = _number("Places", initial=10, min_value=1, max_value=MAX_PARTICIPANTS)
    sport = forms.ModelChoiceField(
        Sport.objects.filter(is_active=True), required=False, empty_label="None", widget=UnfoldAdminSelectWidget
    )
    price = forms.DecimalField(
        label="Price (₽)",
        initial=0,
        min_value=0,
        max_value=_DEAREST,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Of a place, paid in cash. 0: free of charge.",
    )
    kind = forms.ChoiceField(
        label="Where", choices=[("Offline", "At an address"), ("Online", "Online")], widget=UnfoldAdminSelectWidget
    )
    address = forms.ModelChoiceField(
        Location.objects.all(), required=False, empty_label="None", widget=UnfoldAdminSelectWidget
    )
    age_from = _number("From age", initial=YOUNGEST, min_value=YOUNGEST, max_value=OLDEST)
    age_to = _number(
        "To age",
        initial=OLDEST,
        min_value=YOUNGEST,
        max_value=OLDEST,
        help_text=f"Included. {YOUNGEST} to {OLDEST}: everybody.",
    )
    eligibility = forms.ChoiceField(
        label="For", choices=[("All", "Everybody"), ("Men", "Men"), ("Women", "Women")], widget=UnfoldAdminSelectWidget
    )
    level = forms.ChoiceField(choices=[(one.value, one.value) for one in Level], widget=UnfoldAdminSelectWidget)
    is_public = forms.BooleanField(
        label="Clients find it in the list of events",
        initial=True,
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="Else only who has its link.",
    )
    needs_approval = forms.BooleanField(
        label="The coach approves each booking", required=False, widget=UnfoldBooleanWidget
    )
    # In the order in which they are asked for.
    _GROUPS: ClassVar = {
        "When": ("coach", "day", "start", "end", "participants", "weeks", "skip"),
        "What and where": ("sport", "price", "kind", "address"),
        "Who may come": ("age_from", "age_to", "eligibility", "level", "is_public", "needs_approval"),
    }
    field_order = [name for names in _GROUPS.values() for name in names]  # noqa: RUF012 - Django reads it

    def __init__(self, *args: Any, pairs: Iterable[tuple[StaffMember, Brand]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pairs = {f"{coach.pk}:{brand.pk}": (coach, brand) for coach, brand in pairs}
        self.fields["coach"].choices = [  # type: ignore[attr-defined]
            (key, f"{coach} ({brand}, {coach.resource.timezone})") for key, (coach, brand) in self._pairs.items()
        ]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(heading, [self[name] for name in names]) for heading, names in self._GROUPS.items()]

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if {"start", "end"} <= fields.keys() and self.hours(ZoneInfo("UTC")).duration < SHORTEST:
            self.add_error("end", "An event lasts 15 minutes at least.")
        if fields.get("age_from", YOUNGEST) > fields.get("age_to", OLDEST):
            self.add_error("age_to", "Not below the first age.")
        return fields

    def offer(self) -> tuple[StaffMember, UUID, Hours, Terms]:
        """Whose, of which brand, when and how."""
        coach, brand = self._pairs[self.cleaned_data["coach"]]
        return coach, brand.pk, self.hours(ZoneInfo(coach.resource.timezone)), self.terms()

    def hours(self, zone: ZoneInfo) -> Hours:
        return Hours(starts=self.cleaned_data["start"], ends=self.cleaned_data["end"], zone=zone)

    def terms(self) -> Terms:
        fields = self.cleaned_data
        entry = Entry(
            age_from=fields["age_from"], age_to=fields["age_to"], eligibility=Eligibility(fields["eligibility"])
        )
        return Terms(
            participants=fields["participants"],
            kind=SlotType(fields["kind"]),
            entry=entry,
            price=int(fields["price"] * _KOPECKS),
            address_id=fields["address"] and fields["address"].pk,
            sport_id=fields["sport"] and fields["sport"].pk,
            is_public=fields["is_public"],
            level=Level(fields["level"]),
            needs_approval=fields["needs_approval"],
        )


def _conflict(refusal: errors.SeriesConflictError) -> str:
    """Which days of a series can't have their event, and what to do."""
    days = [date.fromisoformat(str(cause.data["date"])) for cause in refusal.causes]
    named = ", ".join(f"{day.day} {day:%b}" for day in days[:_NAMED]) + (" …" if len(days) > _NAMED else "")
    why = "the coach is busy then, or it is past"
    return f"{len(days)} of the days can't have it ({named}): {why}. Nothing was published."


def publishable(request: HttpRequest) -> list[tuple[StaffMember, Brand]]:
    """The coaches who can be booked, each with a brand, whose events the viewer may change."""
    permission = permission_to("change", Event)
    brands, own_brands = brands_for(request.user, permission), own_brands_for(request.user, permission)
    coaches = StaffMember.objects.active().filter(resource__is_active=True).select_related("person", "resource")
    return [
        (coach, brand)
        for coach in coaches.prefetch_related("brands").order_by("person__given_name", "person__family_name", "pk")
        for brand in coach.brands.all()
        if brands is None
        or brand.pk in brands
        or (coach.person.user_id == request.user.pk and (own_brands is None or brand.pk in own_brands))
    ]


def slots_of(pairs: Iterable[tuple[StaffMember, Brand]]) -> QuerySet[TimeSlot]:
    """The time slots of these coaches in these brands, the latest first."""
    theirs = Q(pk=None)
    for coach, brand in pairs:
        theirs |= Q(coach=coach, brand=brand)
    related = ("sport", "address", "brand", "coach__person", "coach__resource")
    return TimeSlot.objects.filter(theirs).select_related(*related).order_by("-created_at", "pk")


def slot_words(slot: TimeSlot) -> str:
    """A time slot as it is chosen from a list."""
    many = "1 place" if slot.participants == 1 else f"{slot.participants} places"
    title = slot.sport.name if slot.sport else slot.kind
    return f"{title}, {slot.starts:%H:%M}–{slot.ends:%H:%M}, {slot.coach}, {many}, {roubles(slot.price)}"
