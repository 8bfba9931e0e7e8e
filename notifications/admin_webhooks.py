"""Webhook endpoints and the log of what was delivered. Secrets are shown once, on a page of their own."""

from typing import Any, ClassVar

import orjson
from django import forms
from django.contrib import admin
from django.contrib.messages import error, success
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin_base import BrandScopedAdmin, ReadOnly, permission_to
from accounts.admin_keys import SecretPage
from accounts.admin_sites import tenant_site
from accounts.backends import brands_for
from api.admin_services import ServiceSavedAdmin, become
from notifications.channels.webhooks.receivers import check_url
from notifications.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from notifications.rules.webhooks import EVENT_TYPES, OVERLAP
from notifications.services.change_webhook_endpoint import change_webhook_endpoint, delete_webhook_endpoint
from notifications.services.register_webhook_endpoint import register_webhook_endpoint
from notifications.services.replay_delivery import replay_delivery
from notifications.services.rotate_webhook_secret import rotate_webhook_secret
from notifications.services.send_test_webhook import WebhookEndpointOffError, send_test_webhook

_COLOURS = {
    "Delivered": "success",
    "Planned": "info",
    "Sending": "info",
    "Failed": "warning",
    "Dead": "danger",
    "Cancelled": "warning",
}
_CHANGEABLE = ("url", "description", "event_types", "is_active")


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    event_types = forms.MultipleChoiceField(
        choices=[(name, name) for name in EVENT_TYPES],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None ticked: all of them.",
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("url", "description", "brand", "event_types", "is_active")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url != self.instance.url:
            check_url(url)
        return url


@admin.register(WebhookEndpoint, site=tenant_site)
class WebhookEndpointAdmin(ServiceSavedAdmin, BrandScopedAdmin, SecretPage):
    form = EndpointForm
    add_form_title = "New webhook endpoint"
    list_display = ("__str__", "shown_url", "shown_brand", "shown_events", "shown_state", "served_at")
    list_select_related = ("brand",)
    search_fields = ("description",)
    fields = ("url", "description", "brand", "event_types", "is_active")
    readonly_fields = ("shown_url", "shown_state", "disabled_at", "disabled_why", "previous_until", "served_at")
    actions: ClassVar = ["send_test", "rotate_secret"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(archived_at=None)

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        if obj is None:
            return tuple(name for name in self.fields if name != "is_active")
        # Whose query may hold a token: those alone who may change it see all of the address.
        shown = self.fields if self.has_change_permission(request, obj) else ("shown_url", *self.fields[1:])
        return (*shown, "disabled_at", "disabled_why", "previous_until", "served_at")

    def get_readonly_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:  # noqa: ARG002
        return self.readonly_fields if obj is None else (*self.readonly_fields, "brand")

    @display(description="Address", ordering="url")
    def shown_url(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.shown_url

    @display(description="Events")
    def shown_events(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(name.removeprefix("booking.") for name in endpoint.event_types) or "All"

    @display(description="State", ordering="is_active", label={"On": "success", "Off": "danger"})
    def shown_state(self, endpoint: WebhookEndpoint) -> str:
        return "On" if endpoint.is_active else "Off"

    def save_model(self, request: Any, obj: WebhookEndpoint, form: Any, change: bool) -> None:  # noqa: FBT001
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data if name in _CHANGEABLE}
            saved = change_webhook_endpoint(
                endpoint=obj, changes=changes, now=timezone.now(), why="By staff. The history says by whom."
            )
            become(obj, saved)
            return
        issued = register_webhook_endpoint(
            url=obj.url,
            brand_id=obj.brand_id,
            event_types=form.cleaned_data["event_types"],
            description=obj.description,
            now=timezone.now(),
        )
        become(obj, issued.endpoint)
        request.issued_secret = issued.secret

    def response_add(self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: Any = None) -> HttpResponse:  # noqa: ARG002
        return self._show(request, obj, request.issued_secret)  # type: ignore[attr-defined]

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:  # noqa: ARG002
        delete_webhook_endpoint(endpoint=obj, now=timezone.now())

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The log stays: an endpoint is archived, and nothing goes with it."""
        allowed = all(self.has_delete_permission(request, endpoint) for endpoint in objs)
        return (
            [str(endpoint) for endpoint in objs],
            {"webhook endpoints": len(objs)},
            set() if allowed else {"webhook endpoint"},
            [],
        )

    def has_send_test_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    @admin.action(description="Send a test", permissions=["send_test"])
    def send_test(self, request: HttpRequest, endpoints: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in endpoints:
            if not self.has_change_permission(request, endpoint):
                continue
            try:
                send_test_webhook(endpoint=endpoint, now=timezone.now())
            except WebhookEndpointOffError as refusal:
                error(request, f"{endpoint}: {refusal}")
            else:
                success(request, f"{endpoint}: a test is on its way. The delivery log shows what became of it.")

    @admin.action(
        description=f"Give a new secret; the old one signs too for {OVERLAP.total_seconds() / 3600:.0f} h",
        permissions=["send_test"],
    )
    def rotate_secret(self, request: HttpRequest, endpoints: QuerySet[WebhookEndpoint]) -> HttpResponse | None:
        endpoint = endpoints.first()
        if endpoint is None or endpoints.count() > 1:
            error(request, "Choose one endpoint: its secret is shown once.")
            return None
        if not self.has_change_permission(request, endpoint) or self.is_repeated(request):
            return None
        secret = rotate_webhook_secret(endpoint=endpoint, now=timezone.now())
        self.log_change(request, endpoint, "Given a new secret.")
        return self._show(request, endpoint, secret)

    def _show(self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
        return self.show_secret(request, title=f"Secret of “{endpoint}”", secret=secret, is_webhook=True)


class AttemptInline(TabularInline):
    model = WebhookAttempt
    fields = readonly_fields = ("number", "at", "status", "milliseconds", "answer", "error")
    verbose_name_plural = "Tries"
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return bool(request.user.has_perm(permission_to("view", WebhookDelivery)))


class EndpointFilter(RelatedDropdownFilter):
    """Offers the endpoints that the viewer may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:  # noqa: ARG002
        seen = tenant_site._registry[WebhookEndpoint].get_queryset(request)  # noqa: SLF001 - no public way
        return [(endpoint.pk, str(endpoint)) for endpoint in seen]


@admin.register(WebhookDelivery, site=tenant_site)
class WebhookDeliveryAdmin(ReadOnly, BrandScopedAdmin):
    brand_path = "endpoint__brand"
    list_display = (
        "created_at",
        "event_type",
        "endpoint",
        "shown_state",
        "reason",
        "last_status",
        "attempts",
        "due_at",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("event_type", ChoicesDropdownFilter),
        ("endpoint", EndpointFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("endpoint",)
    search_fields = ("subject_id", "webhook_id", "request_id")
    fields = (
        "event_type", "endpoint", "webhook_id", "state", "reason", "attempts", "last_status", "due_at", "expires_at",
        "delivered_at", "created_at", "subject_kind", "subject_id", "schedule_version", "shown_payload", "replay_of",
        "request_id",
    )  # fmt: skip
    readonly_fields = ("shown_payload",)
    inlines: ClassVar = [AttemptInline]
    actions: ClassVar = ["replay"]

    @display(description="State", label=_COLOURS, ordering="state")
    def shown_state(self, delivery: WebhookDelivery) -> str:
        return delivery.get_state_display()

    @display(description="Body")
    def shown_payload(self, delivery: WebhookDelivery) -> str:
        return format_html("<pre>{}</pre>", orjson.dumps(delivery.payload, option=orjson.OPT_INDENT_2).decode())

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permission_to("change", WebhookDelivery)))

    @admin.action(description="Replay: deliver once more, or try at once", permissions=["replay"])
    def replay(self, request: HttpRequest, deliveries: QuerySet[WebhookDelivery]) -> None:
        brands = brands_for(request.user, permission_to("change", WebhookDelivery))
        done = 0
        for delivery in deliveries.select_related("endpoint").order_by("pk"):
            if brands is not None and delivery.endpoint.brand_id not in brands:
                continue
            try:
                replay_delivery(delivery=delivery)
            except WebhookEndpointOffError as refusal:
                error(request, f"{delivery.endpoint}: {refusal}")
            else:
                done += 1
        if done:
            success(request, f"{done} on the way.")
