"""Today's visits on the admin's front page: a picture of the day, and a button for each step that a visit allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.admin_base import permission_to, selectable_brands, zone_of_pages
from accounts.admin_sites import tenant_site
from accounts.backends import brands_for, own_brands_for
from api.admin_services import ActsThroughServices
from visits.admin_day import Day, Picture, picture
from visits.models import Provider, Visit
from visits.rules.slots import LONGEST
from visits.rules.statuses import Status, Step, is_too_early, status_after
from visits.services.step_visit import step_visit

_LABELS: Final = {
    Step.CHECK_IN: "Check in",
    Step.START: "Start",
    Step.COMPLETE: "Took place",
    Step.NO_SHOW: "No-show",
    Step.UNDO: "Undo",
}
# What was done, and what is next.
_DONE: Final = {
    Step.CHECK_IN: "{client} is checked in. Press “Start” when the visit begins.",
    Step.START: "The visit of {client} has begun. Press “Took place” when it is over.",
    Step.COMPLETE: "The visit of {client} took place: nothing more to do. “Undo” takes it back.",
    Step.NO_SHOW: "{client} did not come: noted as a no-show. “Undo” takes it back if they come after all.",
    Step.UNDO: "Taken back: the visit of {client} is {status} again.",
}
# Most often the next one.
_MAIN: Final = (Step.CHECK_IN, Step.START, Step.COMPLETE)
_ADDRESS: Final = "admin:visits_visit_take"
_OVER: Final = {Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED}
# So many that are over are folded away.
_MANY: Final = 3
# Around a day there must be room to look at those before and after it.
_FIRST_YEAR, _LAST_YEAR = 1900, 9000


@dataclass(frozen=True, slots=True)
class Button:
    step: str
    label: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class Row:
    visit: Visit
    times: str
    # How many minutes ago somebody who is not there yet was expected.
    late: int
    buttons: list[Button]
    address: str
    page: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Today:
    day: date
    name: str
    previous: date
    next: date
    is_today: bool
    # Where its clocks are not those of the other pages.
    zone: str
    picture: Picture | None
    legend: list[tuple[Status, int]]
    # Those with which the day began and that are over, where there are many; and the others.
    earlier: list[Row]
    rows: list[Row]
    names_brand: bool
    upcoming: Visit | None
    upcoming_day: date | None


def todays_visits(request: HttpRequest, *, now: datetime) -> Today | None:
    """The visits of the day that `?day=` names, else of today, that the viewer may see; None where there never are any.

    The day is that of the viewer's brands, where they share a zone, else the tenant's. So many statements, however
    many visits there are.
    """
    permission = permission_to("view", Visit)
    if not request.user.has_perm(permission) or not _provides_anybody(request, permission):
        return None
    admin: Any = tenant_site._registry[Visit]  # noqa: SLF001 - Django has no public way to a registered admin
    brands = list(selectable_brands(request, permission))
    zone = zone_of_pages(brands)
    today = now.astimezone(zone).date()
    day = Day(_day(request.GET.get("day", "")) or today, zone)
    seen = admin.get_queryset(request).select_related("client__person", "provider__person", "service", "brand")
    near = seen.filter(starts_at__gt=day.start - LONGEST, starts_at__lt=day.end).order_by("starts_at", "pk")
    visits = [visit for visit in near if visit.ends_at > day.start]
    to_be_held = [visit for visit in visits if visit.status != Status.CANCELLED]
    upcoming = None
    if not to_be_held:
        ahead = seen.filter(starts_at__gte=max(day.end, now)).exclude(status=Status.CANCELLED)
        upcoming = ahead.order_by("starts_at").first()
    changeable = _changeable(admin, request, visits)
    rows = [
        Row(
            visit,
            f"{day.written(visit.starts_at)}–{day.written(visit.ends_at)}",
            _late(visit, now=now),
            _buttons(visit, now=now) if visit.pk in changeable else [],
            reverse(_ADDRESS, args=[visit.pk]),
            admin.page_of(visit.pk),
            str(visit.pk) == request.GET.get("visit"),
        )
        for visit in visits
    ]
    over = len(list(takewhile(lambda row: _is_over(row, now=now), rows))) if day.on == today else 0
    over = over if over >= _MANY else 0
    return Today(
        day=day.on,
        name=_name(day.on, today),
        previous=day.on - timedelta(days=1),
        next=day.on + timedelta(days=1),
        is_today=day.on == today,
        zone="" if zone.key == timezone.get_current_timezone_name() else zone.key,
        picture=picture(to_be_held, day, now=now) if to_be_held else None,
        legend=[(status, count) for status in Status if (count := sum(visit.status == status for visit in visits))],
        earlier=rows[:over],
        rows=rows[over:],
        names_brand=len(brands) > 1,
        upcoming=upcoming,
        upcoming_day=upcoming and upcoming.starts_at.astimezone(zone).date(),
    )


def possible_steps(visit: Visit, *, now: datetime) -> list[Step]:
    """What its status and the clock allow."""
    before = Status(visit.status_before) if visit.status_before else None
    return [
        step
        for step in Step
        if status_after(step, status=Status(visit.status), before=before) is not None
        and not is_too_early(step, starts_at=visit.starts_at, now=now)
    ]


class TakesSteps(ActsThroughServices):
    """The address of the buttons: one step of one visit, and back to the day."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.take_step)
        return [path("<uuid:visit_id>/take/", view, name="visits_visit_take"), *super().get_urls()]

    def take_step(self, request: HttpRequest, visit_id: UUID) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_act_permission(request, visit_id):
            raise PermissionDenied
        visit: Any = self.get_object(request, str(visit_id))
        step = next((step for step in Step if step == request.POST.get("step")), None)
        if str(visit.version) != request.POST.get("version"):
            # Who saw the visit as it was before a colleague's step may mean another one.
            now_is = visit.get_status_display().lower()
            messages.warning(request, f"{visit.client.person.name}: changed meanwhile, it is {now_is} now. Look again.")
        elif step is not None:
            self.act(request, str(visit_id), partial(_take, step=step))
        day = _day(request.POST.get("day", ""))
        return HttpResponseRedirect(f"{reverse('admin:index')}?visit={visit_id}{f'&day={day}' if day else ''}")


def _take(visit: Visit, *, step: Step) -> str:
    changed = step_visit(visit=visit, step=step, now=timezone.now(), expected=frozenset({visit.version}))
    return _DONE[step].format(client=changed.client.person.name, status=changed.get_status_display().lower())


def _provides_anybody(request: HttpRequest, permission: str) -> bool:
    """Whether there are providers in the viewer's brands; for who sees their own visits alone: whether they are one."""
    brands, own = brands_for(request.user, permission), own_brands_for(request.user, permission)
    providers = Provider.objects.all()
    theirs = providers.filter(staff_member__person__user=request.user.pk)
    if own is not None:
        theirs = theirs.filter(brand__in=own)
    return (providers if brands is None else providers.filter(brand__in=brands) | theirs).exists()


def _changeable(admin: Any, request: HttpRequest, visits: Sequence[Visit]) -> set[UUID]:
    granted, ids = admin.granted(request, "change"), {visit.pk for visit in visits}
    if not admin.has_act_permission(request):
        return set()
    return ids if granted is None else set(granted.filter(pk__in=ids).values_list("pk", flat=True))


def _buttons(visit: Visit, *, now: datetime) -> list[Button]:
    steps = possible_steps(visit, now=now)
    main = next((step for step in _MAIN if step in steps), None)
    return [Button(step.value, _LABELS[step], step is main) for step in steps]


def _late(visit: Visit, *, now: datetime) -> int:
    if visit.status != Status.SCHEDULED or not visit.starts_at < now < visit.ends_at:
        return 0
    return int((now - visit.starts_at) // timedelta(minutes=1))


def _is_over(row: Row, *, now: datetime) -> bool:
    """Whether nobody waits for anything any more. What was just changed is shown."""
    return row.visit.ends_at <= now and row.visit.status in _OVER and not row.is_changed


def _name(day: date, today: date) -> str:
    names = {today: "Today", today + timedelta(days=1): "Tomorrow", today - timedelta(days=1): "Yesterday"}
    written = f"{day:%A} {day.day} {day:%B %Y}"
    return f"{names[day]}, {written}" if day in names else written


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else None
