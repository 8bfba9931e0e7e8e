"""Places in events as rows with a button for each step that is possible, and the address of these buttons."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from api.admin_services import ActsThroughServices
from bookings.models import Event, EventBooking
from bookings.models.orders import REASON_CODES
from bookings.rules.event_booking import HELD, LONGEST_NOTE, Role, Status, may_cancel, may_decide
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.complete_event_booking import complete_event_booking
from bookings.services.decide_event_booking import decide_event_booking
from bookings.services.note_event_booking import note_event_booking

# As over REST.
_ADDRESS: Final = "admin:bookings_eventbooking_take"


class Step(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    HELD = "held"
    NOT_HELD = "not_held"
    NOTE = "note"
    CANCEL = "cancel"


WORDS: Final = {
    Status.ACCEPTED: "Booked",
    Status.PENDING: "To be approved",
    Status.REJECTED: "Rejected",
    Status.CANCELED: "Cancelled",
    Status.IN_DISPUTE: "In dispute",
    Status.DISPUTE_DONE: "Dispute settled",
}
_LABELS: Final = {
    Step.ACCEPT: "Accept",
    Step.REJECT: "Reject",
    Step.HELD: "Took part",
    Step.NOT_HELD: "Undo “took part”",
}
_MAIN: Final = {Step.ACCEPT, Step.HELD}


class NoteForm(forms.Form):
    text = forms.CharField(label="Note", max_length=LONGEST_NOTE)


class CancelForm(forms.Form):
    code = forms.ChoiceField(label="Reason", choices=REASON_CODES)
    text = forms.CharField(label="What the client reads", max_length=1000, required=False)


_FORMS: Final[dict[Step, type[forms.Form]]] = {Step.NOTE: NoteForm, Step.CANCEL: CancelForm}


@dataclass(frozen=True, slots=True)
class Button:
    step: str
    label: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A row. `steps` says what is possible of it now, for this viewer."""

    booking: EventBooking
    name: str
    status: str
    buttons: list[Button]
    may_note: bool
    may_cancel: bool
    address: str
    page: str
    is_changed: bool

    @property
    def reasons(self) -> Sequence[tuple[str, str]]:
        """Why it may be cancelled: first what staff chooses most."""
        return REASON_CODES[::-1]

    @property
    def kind(self) -> str:
        return "completed" if self.booking.completed else self.booking.status


def places(
    bookings: Iterable[EventBooking], *, changeable: Collection[UUID], now: datetime, changed: str = ""
) -> list[Place]:
    """Of bookings with their clients and events. `changed` names the one that the viewer has just changed."""
    return [_place(booking, may=booking.pk in changeable, now=now, changed=changed) for booking in bookings]


def _place(booking: EventBooking, *, may: bool, now: datetime, changed: str) -> Place:
    steps = possible_steps(booking, now=now) if may else set()
    return Place(
        booking,
        booking.client.person.name,
        shown_status(booking),
        [Button(step, label, step in _MAIN) for step, label in _LABELS.items() if step in steps],
        Step.NOTE in steps,
        Step.CANCEL in steps,
        reverse(_ADDRESS, args=[booking.pk]),
        reverse("admin:bookings_eventbooking_change", args=[booking.pk]),
        str(booking.pk) == changed,
    )


def shown_status(booking: EventBooking) -> str:
    took_part = " (took part)" if booking.status in {Status.IN_DISPUTE, Status.DISPUTE_DONE} else ""
    if booking.completed:
        return f"{WORDS[Status(booking.status)]}{took_part}" if took_part else "Took part"
    return WORDS[Status(booking.status)]


def possible_steps(booking: EventBooking, *, now: datetime) -> set[Step]:
    """What its status and the clock allow."""
    status, event, steps = Status(booking.status), booking.event, set()
    if may_decide(status, ends_at=event.ends_at, now=now):
        steps |= {Step.ACCEPT, Step.REJECT}
    if status in HELD and now >= event.ends_at:
        steps |= {Step.NOT_HELD if booking.completed else Step.HELD, Step.NOTE}
    if may_cancel(status, starts_at=event.starts_at, ends_at=event.ends_at, now=now, role=Role.SYSTEM):
        steps.add(Step.CANCEL)
    return steps


def role_of(request: HttpRequest, event: Event) -> Role:
    """As whom the viewer cancels: a coach what is their own, everybody else for the house."""
    return Role.COACH if event.coach.person.user_id == request.user.pk else Role.SYSTEM


class TakesSteps(ActsThroughServices):
    """The address of the buttons: one step of one place, and back to the page on which the button was."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.take_step)
        return [path("<uuid:booking_id>/take/", view, name="bookings_eventbooking_take"), *super().get_urls()]

    def changeable(self, request: HttpRequest, bookings: Iterable[EventBooking]) -> set[UUID]:
        """Which of them the viewer may change. One statement at the most."""
        ids = {booking.pk for booking in bookings}
        granted = self.granted(request, "change") if ids else None
        if not ids or not self.has_act_permission(request):
            return set()
        return ids if granted is None else set(granted.filter(pk__in=ids).values_list("pk", flat=True))

    def take_step(self, request: HttpRequest, booking_id: UUID) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_act_permission(request, booking_id):
            raise PermissionDenied
        booking: Any = self.get_object(request, str(booking_id))
        step = next((step for step in Step if step == request.POST.get("step")), None)
        form = _FORMS.get(step, forms.Form)(request.POST) if step else forms.Form()
        if str(booking.version) != request.POST.get("version"):
            # Who saw the booking as it was before a colleague's step may mean another one.
            now_is = shown_status(booking).lower()
            messages.warning(request, f"{booking.client.person.name}: changed meanwhile, now: {now_is}. Look again.")
        elif step is not None and not form.is_valid():
            _say_what_is_wrong(request, form)
        elif step is not None:
            role = role_of(request, booking.event)
            self.act(request, str(booking_id), partial(_take, step=step, said=form.cleaned_data, role=role))
        return HttpResponseRedirect(_back(request, booking))


def _take(booking: EventBooking, *, step: Step, said: dict[str, str], role: Role) -> str:
    name, now, expected = booking.client.person.name, timezone.now(), frozenset({booking.version})
    done: dict[Step, Callable[[], tuple[object, str]]] = {
        Step.ACCEPT: lambda: (
            decide_event_booking(booking=booking, accept=True, now=now, expected=expected),
            f"{name} is accepted. Whom a rule names is told.",
        ),
        Step.REJECT: lambda: (
            decide_event_booking(booking=booking, accept=False, now=now, expected=expected),
            f"{name} is rejected: the place goes to who waits next, or is free. Whom a rule names is told.",
        ),
        Step.HELD: lambda: (
            complete_event_booking(booking=booking, completed=True, now=now, expected=expected),
            f"{name} took part: noted. “Undo” takes it back.",
        ),
        Step.NOT_HELD: lambda: (
            complete_event_booking(booking=booking, completed=False, now=now, expected=expected),
            f"Taken back: it is open whether {name} took part.",
        ),
        Step.NOTE: lambda: (
            note_event_booking(booking=booking, note=said["text"], now=now, expected=expected),
            f"The note about {name} is saved: they can read it.",
        ),
        Step.CANCEL: lambda: (
            cancel_event_booking(
                booking=booking,
                role=role,
                reason_code=said["code"],
                reason_text=said["text"],
                now=now,
                expected=expected,
            ),
            f"The place of {name} is cancelled: it goes to who waits next, or is free. Whom a rule names is told.",
        ),
    }
    return done[step]()[1]


def _say_what_is_wrong(request: HttpRequest, form: forms.Form) -> None:
    for name, errors in form.errors.items():
        messages.error(request, f"{form[name].label}: {errors[0]}")


def _back(request: HttpRequest, booking: EventBooking) -> str:
    """To one of the pages that have such buttons, never to an address from the request."""
    page = request.POST.get("page")
    if page == "event":
        event = reverse("admin:bookings_event_change", args=[booking.event_id])
        return f"{event}?place={booking.pk}#place-{booking.pk}"
    if page == "approvals":
        return reverse("admin:bookings_eventbooking_approvals")
    return reverse("admin:bookings_eventbooking_change", args=[booking.pk])
