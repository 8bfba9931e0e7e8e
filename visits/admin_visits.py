"""Visits in the admin. What changes one goes through the services."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin_base import BrandFilter, ReadOnly
from accounts.admin_sites import tenant_site
from api.admin_services import confirmation
from visits.admin_meetings import ShowsMeeting, has_meeting
from visits.admin_moves import MovesVisits
from visits.admin_today import TakesSteps, possible_steps
from visits.models import Visit
from visits.rules.statuses import Status, Step, may_cancel, may_reschedule
from visits.services.cancel_visit import cancel_visit
from visits.services.step_visit import step_visit

_COLOURS = {
    "Scheduled": "info",
    "Checked in": "warning",
    "In progress": "warning",
    "Completed": "success",
    "Cancelled": "danger",
    "No-show": "danger",
}


class CancelForm(BaseDialogForm):
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="The client reads it in the mail.",
    )


def _dialog(title: str, description: str, submit: str) -> Any:
    return confirmation(title=title, description=description, submit=submit)


@admin.register(Visit, site=tenant_site)
class VisitAdmin(ReadOnly, TakesSteps, ShowsMeeting, MovesVisits):
    list_display = ("starts_at", "client_name", "provider_name", "service", "shown_status", "brand")
    list_filter = (
        ("starts_at", RangeDateFilter),
        ("status", ChoicesDropdownFilter),
        ("brand", BrandFilter),
    )
    list_select_related = ("client__person", "provider__person", "service", "brand")
    search_fields = (
        "client__person__given_name",
        "client__person__family_name",
        "client__person__email",
        "provider__person__given_name",
        "provider__person__family_name",
    )
    search_help_text = "Client or provider, by name; clients by e-mail address too"
    date_hierarchy = "starts_at"
    actions: ClassVar = ["check_in_chosen", "no_show_chosen"]
    actions_detail: ClassVar = ["check_in", "start", "complete", "no_show", "undo", "set_meeting", "move", "cancel"]
    fields = (
        "starts_at",
        "duration_minutes",
        "shown_status",
        "client",
        "provider",
        "service",
        "brand",
        "reason",
        "notes",
        "cancelled_at",
        "cancel_reason",
        "cancel_fee_minor",
        "price_minor",
        "currency",
        "created_at",
        "updated_at",
    )
    readonly_fields = fields
    own_path = "provider__person__user"

    @display(description="Client", ordering="client__person__given_name")
    def client_name(self, visit: Visit) -> str:
        return visit.client.person.name

    @display(description="Provider", ordering="provider__person__given_name")
    def provider_name(self, visit: Visit) -> str:
        return visit.provider.person.name

    @display(description="Status", label=_COLOURS, ordering="status")
    def shown_status(self, visit: Visit) -> str:
        return visit.get_status_display()

    @admin.action(description="Check in", permissions=["act"])
    def check_in_chosen(self, request: HttpRequest, visits: QuerySet[Visit]) -> None:
        self._step_each(request, visits, Step.CHECK_IN)

    @admin.action(description="No-show", permissions=["act"])
    def no_show_chosen(self, request: HttpRequest, visits: QuerySet[Visit]) -> None:
        self._step_each(request, visits, Step.NO_SHOW)

    @action(
        description="Check in",
        permissions=["act"],
        icon="how_to_reg",
        dialog=_dialog("The client is there", "The visit becomes checked in.", "Check in"),
    )
    def check_in(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._step(request, object_id, Step.CHECK_IN)

    @action(
        description="Start",
        permissions=["act"],
        icon="play_circle",
        dialog=_dialog("The visit begins", "The visit becomes in progress.", "Start"),
    )
    def start(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._step(request, object_id, Step.START)

    @action(
        description="Took place",
        permissions=["act"],
        icon="check_circle",
        dialog=_dialog("The visit took place", "The visit becomes completed.", "It took place"),
    )
    def complete(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._step(request, object_id, Step.COMPLETE)

    @action(
        description="No-show",
        permissions=["act"],
        icon="person_off",
        dialog=_dialog("The client did not come", "The visit becomes a no-show.", "Nobody came"),
    )
    def no_show(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._step(request, object_id, Step.NO_SHOW)

    @action(
        description="Undo",
        permissions=["act"],
        icon="undo",
        dialog=_dialog("Take the last step back", "The visit becomes what it was before it.", "Undo"),
    )
    def undo(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        return self._step(request, object_id, Step.UNDO)

    @action(
        description="Cancel visit",
        permissions=["act"],
        icon="event_busy",
        variant=ActionVariant.DANGER,
        dialog=confirmation(
            title="Cancel this visit",
            description="Its time becomes free at once, and the client is told by mail. It can't be undone.",
            submit="Cancel visit",
            form=CancelForm,
        ),
    )
    def cancel(self, request: HttpRequest, form: CancelForm, object_id: str) -> HttpResponse:
        def cancel(visit: Visit) -> str:
            cancel_visit(visit=visit, reason=form.cleaned_data["reason"], as_staff=True, now=timezone.now())
            return "Cancelled. The client is told by mail."

        return self.act_from_dialog(request, object_id, cancel)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what is possible now."""
        visit: Any = self.get_object(request, object_id)
        if visit is None or not self.may(request, "change", visit):
            return []
        possible = {step.value for step in possible_steps(visit, now=timezone.now())}
        if may_reschedule(Status(visit.status), starts_at=visit.starts_at, now=timezone.now()):
            possible.add("move")
        if may_cancel(Status(visit.status), starts_at=visit.starts_at, now=timezone.now(), as_staff=True):
            possible.add("cancel")
        if has_meeting(visit):
            possible.add("set_meeting")
        actions: list[Any] = super().get_actions_detail(request, None)
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return [one for one in actions if one.action_name.removeprefix(prefix) in possible]

    def _step(self, request: HttpRequest, object_id: str, step: Step) -> HttpResponse:
        def take(visit: Visit) -> str:
            return f"Noted: {step_visit(visit=visit, step=step, now=timezone.now()).get_status_display().lower()}."

        return self.act_from_dialog(request, object_id, take)

    def _step_each(self, request: HttpRequest, visits: QuerySet[Visit], step: Step) -> None:
        """Each by itself: what one does not allow, the others are not kept from."""
        for visit in visits.select_related("client__person", "provider__person"):
            self.act(
                request,
                str(visit.pk),
                lambda one: f"{step_visit(visit=one, step=step, now=timezone.now())}: {step.value.replace('_', ' ')}.",
            )
