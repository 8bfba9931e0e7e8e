"""Meeting links in the admin: on the visit's page, and the standing one on the provider's."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from api.admin_services import ActsThroughServices, confirmation
from tenants.errors import DomainError
from visits.models import Provider, Visit
from visits.rules.meetings import LONGEST_LINK, Sight, is_link, sight
from visits.rules.statuses import Status
from visits.selectors.meetings import meeting_of, window_of
from visits.services.set_meeting_link import set_meeting_link, set_standing_link

# Start, length and status: with the link, what is looked for most often.
_AFTER = 3


class LinkForm(BaseDialogForm):
    """Begins with the link that there is: what is left empty is taken away."""

    rows: ClassVar[Any]
    url = forms.CharField(
        label="Link",
        max_length=LONGEST_LINK,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "https://", "type": "url"}),
        help_text="Begins with https://. Leave it empty to take the link away.",
    )

    def __init__(self, request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, object_id, *args, **kwargs)
        links = self.rows.filter(pk=object_id).order_by().values_list("meeting_url", flat=True)
        self.fields["url"].initial = links.first()

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and not is_link(url):
            raise forms.ValidationError("Copy the whole address from your video service: it begins with https://.")
        return url


class VisitLinkForm(LinkForm):
    rows = Visit.objects


class StandingLinkForm(LinkForm):
    rows = Provider.objects


class ShowsMeeting(ActsThroughServices):
    """Of a visit's page: its link, for who may change the visit."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        shown = obj is not None and obj.service.is_remote and self.may(request, "change", obj)
        return (*fields[:_AFTER], "meeting_link", *fields[_AFTER:]) if shown else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "meeting_link")

    @display(description="Meeting link")
    def meeting_link(self, visit: Visit) -> str:
        try:
            found = meeting_of(visit, as_staff=True, now=timezone.now())
        except DomainError as error:
            return str(error)
        return _link(found.url, f"The patient sees it from {timezone.localtime(found.window.opens_at):%a %d %b, %H:%M}")

    @action(
        description="Meeting link",
        permissions=["act"],
        icon="videocam",
        dialog=confirmation(
            title="Where this visit takes place",
            description=(
                "A link for this visit alone. Without one, the standing link of its provider counts. The patient sees "
                "it from shortly before the start until the end."
            ),
            submit="Save the link",
            form=VisitLinkForm,
        ),
    )
    def set_meeting(self, request: HttpRequest, form: VisitLinkForm, object_id: str) -> HttpResponse:
        def set_link(visit: Visit) -> str:
            url = form.cleaned_data["url"]
            set_meeting_link(visit=visit, url=url, now=timezone.now())
            return "Saved. Nobody was written to: the patient sees it when it is time." if url else _TAKEN_AWAY

        return self.act_from_dialog(request, object_id, set_link)


_TAKEN_AWAY = "This visit has no link of its own any more: the provider's standing one counts."


def has_meeting(visit: Visit) -> bool:
    """Whether a link can be given to it."""
    if not visit.service.is_remote:
        return False
    return sight(Status(visit.status), window_of(visit), now=timezone.now(), as_staff=True) is Sight.SEEN


class HasStandingLink(ActsThroughServices):
    """Of a provider's page: the link of all remote visits, for who may change the provider, and for themselves."""

    actions_detail: ClassVar = ["standing_link"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return (*fields, "shown_link") if obj is not None and self.may(request, "change", obj) else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "shown_link")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        provider = self.get_object(request, object_id)
        may = provider is not None and self.has_act_permission(request, object_id)
        return super().get_actions_detail(request, None) if may else []

    @display(description="Standing meeting link")
    def shown_link(self, provider: Provider) -> str:
        if not provider.meeting_url:
            return "None yet: each remote visit needs a link of its own. Press “Standing meeting link” to give one."
        return _link(provider.meeting_url, "Of all remote visits that have no link of their own")

    @action(
        description="Standing meeting link",
        permissions=["act"],
        icon="videocam",
        dialog=confirmation(
            title="The provider's own meeting room",
            description="All remote visits with this provider take place there, but for those with their own link.",
            submit="Save the link",
            form=StandingLinkForm,
        ),
    )
    def standing_link(self, request: HttpRequest, form: StandingLinkForm, object_id: str) -> HttpResponse:
        def set_link(provider: Provider) -> str:
            url = form.cleaned_data["url"]
            set_standing_link(provider=provider, url=url, now=timezone.now())
            return "Saved: it is the link of all remote visits without their own." if url else "The link is gone."

        return self.act_from_dialog(request, object_id, set_link)


def _link(url: str, hint: str) -> str:
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500 underline" href="{}" target="_blank" '
        'rel="noopener noreferrer">{}</a> ({})',
        url,
        url,
        hint,
    )
