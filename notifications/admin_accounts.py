"""Through whose accounts messages leave: a form with the fields that the provider needs, and a test message."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.messages import error, success
from django.core.exceptions import ValidationError
from django.forms import Script
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.admin_base import BrandScopedAdmin
from accounts.admin_sites import tenant_site
from api.admin_services import ServiceSavedAdmin, become, confirmation
from notifications.channels.accounts import values_after
from notifications.channels.email.report_addresses import is_checkable, reports_url, tracker_of
from notifications.channels.fields import Field, WrongFieldsError
from notifications.channels.tables import PROVIDERS
from notifications.models import ChannelAccount
from notifications.rules import Channel
from notifications.services.rotate_reports_secret import NoReportsError, rotate_reports_secret
from notifications.services.set_up_channel import ChannelTakenError, change_channel, remove_channel, set_up_channel
from notifications.services.try_channel import TooManyTestsError, ask_for_test
from notifications.tasks import wake_for_test

_PREFIX = "field_"
_OF_REPORTS = ("shown_reports_url", "shown_reported")
_OF_TEST = ("shown_test", "test_to", "test_asked_at", "tested_at", "shown_text")
_STATES = {"none": "Not tested", "under_way": "Under way", "ok": "Works", "failed": "Failed", "unanswered": "No answer"}


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """The fields of `provider`. A secret is never shown: left empty, it stays."""

    class Meta:
        model = ChannelAccount
        fields = ("brand", "is_active")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.changes = {
            name.removeprefix(_PREFIX): value
            for name, value in cleaned.items()
            # An empty secret stays; other empty fields are removed.
            if name.startswith(_PREFIX) and (value or not self.is_secret(name))
        }
        try:
            values_after(self.instance, self.changes)
        except WrongFieldsError as wrong:
            for name, text in wrong.wrong.items():
                self.add_error(f"{_PREFIX}{name}" if f"{_PREFIX}{name}" in self.fields else None, text)
        self._check_free(cleaned)
        return cleaned

    def is_secret(self, name: str) -> bool:
        return isinstance(self.fields[name].widget, UnfoldAdminPasswordWidget)

    def _check_free(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("is_active"):
            return
        same = ChannelAccount.objects.filter(
            channel=self.instance.channel, brand=cleaned.get("brand", self.instance.brand), is_active=True
        ).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("is_active", str(ChannelTakenError()))

    def _post_clean(self) -> None:
        """The service checks and writes; Django's own checks of the row would only say the same again."""
        self.instance.brand = self.cleaned_data.get("brand", self.instance.brand)


class TestForm(BaseDialogForm):
    to = forms.CharField(
        max_length=254,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="An e-mail address, or a phone number with its country code. Push and chat need none.",
    )


def _form_field(field: Field, account: ChannelAccount) -> forms.Field:
    """Never required by the form: an account's secret that is left empty stays. The service says what is missing."""
    set_at = parse_datetime(account.secrets_set_at.get(field.name, ""))
    if field.is_secret:
        said = f"Set on {date_format(timezone.localtime(set_at), 'j F Y, H:i')}. Empty: it stays." if set_at else ""
        return forms.CharField(
            label=field.label,
            required=False,
            help_text=" ".join(filter(None, [field.help, said])),
            widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}, render_value=False),
        )
    initial = account.settings.get(field.name, field.default)
    if field.choices:
        return forms.ChoiceField(
            label=field.label,
            choices=list(field.choices),
            initial=initial,
            help_text=field.help,
            widget=UnfoldAdminSelectWidget,
        )
    optional = "" if field.is_required else " (optional)"
    return forms.CharField(
        label=f"{field.label}{optional}",
        required=False,
        initial=initial,
        help_text=field.help,
        widget=UnfoldAdminTextInputWidget,
    )


@admin.register(ChannelAccount, site=tenant_site)
class ChannelAccountAdmin(ServiceSavedAdmin, BrandScopedAdmin):
    """An account of all brands is for those alone who speak for all brands, as over REST: its settings name servers,
    users and senders."""

    form = AccountForm
    list_display = ("shown_channel", "shown_provider", "shown_brand", "is_active", "shown_test", "tested_at")
    list_select_related = ("brand",)
    list_filter = ("channel", "is_active")
    actions_detail: ClassVar = ["send_a_test", "rotate_address"]
    compressed_fields = False

    class Media:
        js = (Script("slotkeeper/copy.js", defer=True),)

    @display(description="Channel", ordering="channel")
    def shown_channel(self, account: ChannelAccount) -> str:
        return account.get_channel_display()

    @display(description="Provider", ordering="provider")
    def shown_provider(self, account: ChannelAccount) -> str:
        provider = PROVIDERS[account.channel].get(account.provider)
        return provider.label if provider else account.provider

    @display(
        description="Last test",
        label={"Works": "success", "Failed": "danger", "Under way": "info", "No answer": "warning"},
    )
    def shown_test(self, account: ChannelAccount) -> str:
        return _STATES[account.test_state(now=timezone.now())]

    @display(description="What happened")
    def shown_text(self, account: ChannelAccount) -> str:
        return {
            "none": "Send a test message before you rely on it.",
            "under_way": "A worker is sending it. Load this page again in a few seconds.",
            "unanswered": "No worker took it up within a minute. Is one running?",
        }.get(account.test_state(now=timezone.now()), account.test_text)

    @display(description="Settings")
    def shown_settings(self, account: ChannelAccount) -> str:
        """For who may not change them. Of a secret no more than that there is one."""
        provider = PROVIDERS[account.channel].get(account.provider)
        fields = provider.fields if provider else ()
        values = {**account.settings, **dict.fromkeys(account.secrets_set_at, "set")}
        return format_html_join(
            mark_safe("<br>"),
            "{}: {}",
            [(field.label, values[field.name]) for field in fields if field.name in values],
        )

    @display(description="Address for reports")
    def shown_reports_url(self, account: ChannelAccount) -> str:
        """To be entered at the provider, so that bounces and complaints are known here."""
        url = reports_url(account)
        if not url:
            return "None that works. Choose 'New address for reports'."
        return format_html(
            '<span class="sk-secret-value"><code id="reports-url">{}</code>'
            '<button type="button" class="sk-copy" data-copy="reports-url" hidden>Copy</button></span>',
            url,
        )

    @display(description="Last report")
    def shown_reported(self, account: ChannelAccount) -> str:
        if (tracker := tracker_of(account)) and tracker.key and not is_checkable(account):
            return f"All are refused: enter '{tracker.key.label}' above."
        if account.reported_at is None:
            return "Nothing so far. The provider reports to the address above, once it is entered there."
        return f"In the hour from {date_format(timezone.localtime(account.reported_at), 'j F Y, H:i')}"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """First the provider is chosen; its fields come next."""
        if _chosen(request) is None and self.has_add_permission(request):
            context = {
                **self.admin_site.each_context(request),
                "title": "Set up a channel",
                "opts": self.model._meta,  # noqa: SLF001
                "channels": [(channel, PROVIDERS[channel].values()) for channel in Channel],
            }
            return TemplateResponse(request, "admin/choose_provider.html", context)
        return super().add_view(request, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        account = obj or ChannelAccount(**dict(zip(("channel", "provider"), _chosen(request) or ("", ""), strict=True)))
        provider = PROVIDERS.get(account.channel, {}).get(account.provider)
        own = {f"{_PREFIX}{field.name}": _form_field(field, account) for field in (provider.fields if provider else ())}
        names = ("is_active",) if obj else ("brand", "is_active")
        base = super().get_form(request, obj, change, **{**kwargs, "fields": names})

        def begin(form: Any, *args: Any, **options: Any) -> None:
            if obj is None:
                options["instance"] = ChannelAccount(channel=account.channel, provider=account.provider)
            base.__init__(form, *args, **options)
            if "is_active" in form.fields:  # and not only to be seen
                form.fields["is_active"].widget = UnfoldBooleanSwitchWidget()

        return type("ProviderForm", (base,), {**own, "__init__": begin})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The account's fields, and how its last test went."""
        channel, key = (obj.channel, obj.provider) if obj else _chosen(request) or ("", "")
        provider = PROVIDERS.get(channel, {}).get(key)
        may_change = obj is None or self.has_change_permission(request, obj)
        names = [f"{_PREFIX}{field.name}" for field in (provider.fields if provider else ())]
        if not may_change:
            names = ["shown_settings"]
        title = f"{Channel(channel).label}: {provider.label}" if provider else "Unknown provider"
        brand = "shown_brand" if obj else "brand"
        whole = (title, {"fields": [*names, brand, "is_active"], "description": provider and provider.help})
        if obj is None:
            return [whole]
        tests = ("Last test", {"fields": _OF_TEST})
        # Whoever knows the address may report: it is for those who may change the account.
        if (tracker := tracker_of(obj)) is None or not may_change:
            return [whole, tests]
        return [whole, ("Bounces and complaints", {"fields": _OF_REPORTS, "description": tracker.help}), tests]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        return () if obj is None else ("shown_settings", "shown_brand", *_OF_REPORTS, *_OF_TEST)

    def save_model(self, request: HttpRequest, obj: ChannelAccount, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        now, is_active = timezone.now(), form.cleaned_data["is_active"]
        try:
            if change:
                saved = change_channel(account=obj, changes=form.changes, is_active=is_active, expected=None, now=now)
            else:
                saved = set_up_channel(
                    channel=obj.channel,
                    provider=obj.provider,
                    brand_id=obj.brand_id,
                    values=form.changes,
                    is_active=is_active,
                    now=now,
                )
        except WrongFieldsError as refused:  # somebody else has changed the account since the form looked at it
            raise ValidationError({f"{_PREFIX}{name}": text for name, text in refused.wrong.items()}) from refused
        become(obj, saved)

    def delete_model(self, request: HttpRequest, obj: ChannelAccount) -> None:  # noqa: ARG002
        remove_channel(account=obj, expected=None)

    def has_test_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        account = None if object_id is None else self.get_object(request, object_id)
        return (object_id is None or account is not None) and self.has_change_permission(request, account)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        if not self.has_test_permission(request, object_id):
            return []
        actions: list[Any] = super().get_actions_detail(request, object_id)
        if (account := self.get_object(request, object_id)) and tracker_of(account):
            return actions
        return [one for one in actions if one.method.original_function_name != "rotate_address"]

    @action(
        description="New address for reports",
        permissions=["test"],
        icon="key",
        dialog=confirmation(
            title="Make a new address for reports",
            description="The old one ends at once: until the new one is entered at the provider, reports are lost.",
            submit="Make it",
        ),
    )
    def rotate_address(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002
        account: Any = self.get_object(request, object_id)
        try:
            rotate_reports_secret(account=account)
        except NoReportsError as refusal:
            error(request, str(refusal))
        else:
            self.log_change(request, account, "Given a new address for reports.")
            success(request, "The old address has ended. Enter the new one at the provider.")
        return self._back(account)

    @action(
        description="Send a test",
        permissions=["test"],
        icon="send",
        dialog=confirmation(
            title="Send a test message",
            description="With the settings that are saved. The result appears on this page within seconds.",
            submit="Send it",
            form=TestForm,
        ),
    )
    def send_a_test(self, request: HttpRequest, form: TestForm, object_id: str) -> HttpResponse:
        account: Any = self.get_object(request, object_id)
        try:
            ask_for_test(account=account, to=form.cleaned_data["to"], now=timezone.now())
        except WrongFieldsError as wrong:
            error(request, f"To: {wrong.wrong['to']}")
        except TooManyTestsError as refusal:
            error(request, str(refusal))
        else:
            wake_for_test(account.pk)
            success(request, "The test message is on its way. Load this page again in a few seconds.")
        return self._back(account)

    def _back(self, account: ChannelAccount) -> HttpResponse:
        """To the account's page. The dialog was sent by htmx, which follows a redirect by itself and shows nothing."""
        return HttpResponse(
            headers={"HX-Redirect": reverse("admin:notifications_channelaccount_change", args=[account.pk])}
        )


def _chosen(request: HttpRequest) -> tuple[str, str] | None:
    """Channel and provider, as the page for choosing passes them on."""
    channel, _, key = request.GET.get("provider", "").partition(":")
    return (channel, key) if key in PROVIDERS.get(channel, {}) else None
