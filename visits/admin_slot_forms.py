"""The forms by which slots are opened in the admin."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
)

from accounts.admin_base import permission_to
from accounts.backends import brands_for, own_brands_for
from api.errors import as_domain_error
from scheduling.models.hours import WEEKDAYS
from scheduling.public import Service
from visits.models import Provider, Slot
from visits.rules.openings import EVERY_DAY, MOST_DAYS, MOST_GAP, SlotsWanted
from visits.rules.slots import LONGEST, MINUTE, SHORTEST
from visits.selectors.openings import length_of

_SHORTEST, _LONGEST = SHORTEST // MINUTE, LONGEST // MINUTE


def _date(label: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def _time(label: str, **options: Any) -> forms.TimeField:
    widget = forms.TimeInput({"type": "time", "class": " ".join(INPUT_CLASSES)}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, input_formats=["%H:%M"], **options)


def _minutes(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, widget=UnfoldAdminIntegerFieldWidget, **options)


class ProvidersField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, provider: Provider) -> str:
        return f"{provider} ({provider.brand}, {provider.staff_member.resource.timezone})"


class VisitTypesField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, service: Service) -> str:
        return f"{service} ({service.duration_minutes} min, {service.brand})"


class SlotForm(forms.Form):
    """One slot, at any time."""

    provider = ProvidersField(queryset=None, widget=UnfoldAdminSelectWidget)
    day = _date("Day")
    start = _time("Start", help_text="On the provider's clock.")
    length = _minutes("Length (minutes)", initial=30, min_value=_SHORTEST, max_value=_LONGEST)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.providers = _providers(request)
        self.fields["provider"].queryset = self.providers  # type: ignore[attr-defined]
        self.fields["provider"].empty_label = None  # type: ignore[attr-defined]

    def refuse(self, error: Exception) -> None:
        """Says at the form what a service refuses. Raises what is no refusal."""
        refusal = as_domain_error(error, method=self.request.method or "")
        if refusal is None:
            raise error
        self.add_error(None, str(refusal))


class SlotsForm(SlotForm):
    """Many, in working hours."""

    day = start = None  # type: ignore[assignment]
    first_day = _date("First day")
    last_day = _date("Last day", help_text=f"Included; {MOST_DAYS} days at the most.")
    visit_type = VisitTypesField(
        label="Visit type",
        queryset=None,
        required=False,
        empty_label="None: slots of so many minutes",
        widget=UnfoldAdminSelectWidget,
    )
    length = _minutes(
        "Length (minutes)",
        required=False,
        min_value=_SHORTEST,
        max_value=_LONGEST,
        help_text="Unless a visit type says it.",
    )
    gap = _minutes("Gap (minutes)", required=False, min_value=0, max_value=MOST_GAP, help_text="Between two slots.")
    starts = _time("From", required=False, help_text="Empty: all of the hours.")
    ends = _time("Until", required=False)
    weekdays = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS, coerce=int, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    field_order = (
        "provider", "first_day", "last_day", "visit_type", "length", "gap", "starts", "ends", "weekdays",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial = {
            "first_day": today + timedelta(days=1),
            "last_day": today + timedelta(days=14),
            "length": 30,
            "gap": 0,
            "weekdays": sorted(EVERY_DAY),
        }
        offered = Service.objects.active().filter(offered_in=Service.OfferedIn.SLOTS)
        self.fields["visit_type"].queryset = offered.filter(  # type: ignore[attr-defined]
            brand__in=self.providers.values("brand")
        ).select_related("brand")

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if not fields.get("visit_type") and not fields.get("length") and "length" not in self.errors:
            self.add_error("length", "Give a length, or choose a visit type.")
        return fields

    def wanted(self) -> SlotsWanted:
        """Raises what `length_of` does."""
        fields = self.cleaned_data
        provider, service = fields["provider"], fields["visit_type"]
        minutes = (
            length_of(service.code, provider=provider.staff_member, brand_id=provider.brand_id)
            if service
            else fields["length"]
        )
        return SlotsWanted(
            first_day=fields["first_day"],
            last_day=fields["last_day"],
            minutes=minutes,
            gap=fields["gap"] or 0,
            weekdays=frozenset(fields["weekdays"]),
            starts=fields["starts"],
            ends=fields["ends"],
        )


def _providers(request: HttpRequest) -> QuerySet[Provider]:
    """Those who can be booked and whose slots the viewer may change."""
    permission = permission_to("change", Slot)
    brands, own_brands = brands_for(request.user, permission), own_brands_for(request.user, permission)
    active = Provider.objects.filter(
        staff_member__is_active=True, staff_member__resource__is_active=True, staff_member__brands=F("brand")
    ).select_related("staff_member__person", "staff_member__resource", "brand")
    if brands is None:
        return active
    own = Q(staff_member__person__user=request.user.pk)
    if own_brands is not None:
        own &= Q(brand__in=own_brands)
    return active.filter(Q(brand__in=brands) | own)
