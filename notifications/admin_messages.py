"""The message log: what was told to whom, why something was not, and how to hurry it."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from accounts.admin_base import BrandFilter, ReadOnly
from accounts.admin_history import with_names
from accounts.admin_sites import tenant_site
from api.admin_services import ActsThroughServices, confirmation
from notifications.channels.outgoing import OWN_TARGET
from notifications.models import Message, Rule
from notifications.rules import UNSENT, MessageState, Why
from notifications.rules.history import why_sentence
from notifications.rules.messages import is_retriable
from notifications.selectors import address_told, timeline_of
from notifications.services import pauses
from notifications.services.retry_message import retry_message
from notifications.services.retry_messages import retry_messages
from notifications.services.send_now import send_now
from scheduling.public import Person

# That one click retries: each takes locks until the last is done.
AT_ONCE = 500

_COLOURS = {
    "Sent": "success",
    "Planned": "info",
    "Sending": "info",
    "Failed": "warning",
    "Expired": "warning",
    "Dead": "danger",
    "Bounced": "danger",
}


class RuleFilter(RelatedDropdownFilter):
    """Offers the rules that the viewer may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:  # noqa: ARG002
        rules = tenant_site._registry[Rule].get_queryset(request)  # noqa: SLF001 - no public way
        return [(rule.pk, str(rule)) for rule in rules]


class WaitingFilter(DropdownFilter):
    title = "waiting"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("due", "Due by now"), ("later", "Due later")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:  # noqa: ARG002
        if self.value() not in {"due", "later"}:
            return queryset
        due = Q(due_at__lte=timezone.now())
        return queryset.filter(due if self.value() == "due" else ~due, state__in=[*UNSENT, MessageState.SENDING])


@admin.register(Message, site=tenant_site)
class MessageAdmin(ReadOnly, ActsThroughServices):
    list_display = ("created_at", "event", "reader", "channel", "shown_state", "short_reason", "due_at", "sent_at")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("why", ChoicesDropdownFilter),
        WaitingFilter,
        ("event", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("rule", RuleFilter),
        ("brand", BrandFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("recipient",)
    search_fields = ("recipient__given_name", "recipient__family_name", "recipient__email", "address", "request_id")
    search_help_text = "Reader by name or address; the id of a booking, a message or a request"
    actions = ("retry_selected",)
    actions_detail: ClassVar = ["retry", "send_now"]
    change_form_outer_before_template = "admin/message_story.html"
    fields = (
        "event",
        "rule",
        "reader",
        "channel",
        "brand",
        "shown_address",
        "attempts",
        "wanted_at",
        "due_at",
        "expires_at",
        "sent_at",
        "created_at",
        "subject_kind",
        "subject_id",
        "schedule_version",
        "request_id",
        "provider_id",
    )
    readonly_fields = fields

    @display(description="State", label=_COLOURS, ordering="state")
    def shown_state(self, message: Message) -> str:
        return message.get_state_display()

    @display(description="Reader", ordering="recipient__given_name")
    def reader(self, message: Message) -> str:
        return message.recipient.name if message.recipient else message.address

    @display(description="Address")
    def shown_address(self, message: Message) -> str:
        """Where it went; where it goes, or would go again, as long as it did not."""
        address = address_told(message)
        if address == OWN_TARGET:
            return "What the channel's account names."
        return address or "None: the person has none for this channel."

    @display(description="Why", ordering="why")
    def short_reason(self, message: Message) -> str:
        return message.get_why_display() or message.reason

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """Ids are looked up as such: by index, and whole."""
        try:
            wanted = UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)  # type: ignore[no-any-return]
        ids = Q(pk=wanted) | Q(subject_id=wanted) | Q(recipient_id=wanted) | Q(request_id=search_term.strip())
        return queryset.filter(ids), False

    @admin.action(description="Retry what did not arrive", permissions=["act"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Says how many were planned anew, and why the others weren't."""
        granted = self.granted(request, "change")
        if granted is not None:
            queryset = queryset.filter(pk__in=granted.values("pk"))
        # Always in the same order: two who do this at once don't wait for each other.
        ids = list(queryset.order_by("subject_id", "pk").values_list("pk", flat=True)[: AT_ONCE + 1])
        result = retry_messages(message_ids=ids[:AT_ONCE], by=_actor(request), now=timezone.now())
        if result.done:
            messages.success(request, f"{result.done} of {len(ids[:AT_ONCE])} are sent again.")
        for refusal, count in result.refused.most_common():
            messages.warning(request, f"{count} not: {refusal}")
        if len(ids) > AT_ONCE:
            messages.warning(request, f"These were the first {AT_ONCE}. Retry again for the rest.")

    @action(
        description="Retry",
        permissions=["act"],
        icon="replay",
        dialog=confirmation(
            title="Send this message again",
            description="It is sent within seconds, with all its attempts before it. Mend first what was wrong.",
            submit="Retry",
        ),
    )
    def retry(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        def retry(message: Message) -> str:
            sent = retry_message(message_id=message.pk, by=_actor(request), now=timezone.now())
            return _said(message, sent, "It is sent again.")

        return self.act_from_dialog(request, object_id, retry)

    @action(
        description="Send now",
        permissions=["act"],
        icon="send",
        dialog=confirmation(
            title="Send this message now",
            description="It does not wait for its time. Its reader's quiet hours still count.",
            submit="Send now",
        ),
    )
    def send_now(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        def hurry(message: Message) -> str:
            sent = send_now(message_id=message.pk, by=_actor(request), now=timezone.now())
            return _said(message, sent, "It is sent now.")

        return self.act_from_dialog(request, object_id, hurry)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what is possible."""
        message: Any = self.get_object(request, object_id)
        if message is None or not self.may(request, "change", message):
            return []
        possible = {
            "retry": is_retriable(MessageState(message.state), Why(message.why)),
            "send_now": message.state in UNSENT and message.due_at > timezone.now(),
        }
        actions: list[Any] = super().get_actions_detail(request, None)
        return [one for one in actions if possible[one.method.original_function_name]]

    def also_shown(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """With the message's story: why it was sent or wasn't, and what happened to it."""
        return {
            "why_sentence": why(row),
            "timeline": with_names(timeline_of([row])),
            "timeline_title": "What happened",
            "subject_page": _page_of_subject(row),
            "rule_page": reverse("admin:notifications_rule_change", args=[row.rule_id]),
            "reader_page": _page_of_reader(request, row),
        }


def why(message: Message) -> str:
    """Why a message was sent, or wasn't, in the viewer's time."""
    return why_sentence(
        state=MessageState(message.state),
        why=Why(message.why),
        reason=message.reason,
        attempts=message.attempts,
        due_at=message.due_at,
        sent_at=message.sent_at,
        address=message.address,
        paused_seconds=(pauses.paused().get((message.channel, message.brand_id), 0) if message.state in UNSENT else 0),
        now=timezone.now(),
        say=lambda at: date_format(timezone.localtime(at), "D j M Y, H:i"),
    )


def _said(message: Message, sent: Message, text: str) -> str:
    """`text`; of what goes by another channel than it was to, by which."""
    if sent.channel == message.channel:
        return text
    return f"Its rule was changed: what it says is sent by {sent.get_channel_display()} instead."


def _actor(request: HttpRequest) -> str:
    """The viewer, as the audit names them."""
    return f"user:{request.user.pk}"


def _page_of_reader(request: HttpRequest, message: Message) -> str | None:
    """Where an address is corrected; None for who may not see the person, and for a fixed address."""
    person = message.recipient
    if person is None or not tenant_site._registry[Person].has_view_permission(request, person):  # noqa: SLF001
        return None
    return reverse("admin:scheduling_person_change", args=[person.pk])


def _page_of_subject(message: Message) -> str | None:
    """The page of the booking. Notifications know none of the apps that have them: the admin does."""
    for model in tenant_site._registry:  # noqa: SLF001 - no public way
        if getattr(model, "SUBJECT_KIND", None) == message.subject_kind:
            options = model._meta  # noqa: SLF001
            return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[message.subject_id])
    return None
