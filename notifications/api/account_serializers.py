from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import BodySerializer
from api.paging import PageQuery
from notifications.channels.email.report_addresses import reports_url
from notifications.channels.fields import LONGEST
from notifications.channels.tables import PROVIDERS
from notifications.models import ChannelAccount
from notifications.rules import Channel

_CHANNELS = [channel.value for channel in Channel]
_PROVIDERS = [key for providers in PROVIDERS.values() for key in providers]
_STATES = ["none", "under_way", "ok", "failed", "unanswered"]


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "maxLength": LONGEST}})
class SettingsField(serializers.DictField):
    """The provider's fields by their names, as texts (docs/notifications.md has them all)."""

    default_error_messages = {"text": "Must be a string."}  # noqa: RUF012
    child = serializers.CharField(allow_blank=True, max_length=LONGEST)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (wrong := [name for name, value in data.items() if not isinstance(value, str)]):
            raise serializers.ValidationError({name: [self.error_messages["text"]] for name in wrong})
        return super().to_internal_value(data)


class AccountsQuery(PageQuery):
    channel = serializers.ChoiceField(_CHANNELS, required=False, help_text="The accounts of this channel alone.")


class NewAccountInput(BodySerializer):
    """An account at a provider. Which settings it needs depends on the provider."""

    channel = serializers.ChoiceField(_CHANNELS)
    provider = serializers.ChoiceField(_PROVIDERS, help_text="One of the channel's.")
    brand_id = serializers.UUIDField(allow_null=True, help_text="null: all brands without an account of their own.")
    settings = SettingsField()
    is_active = serializers.BooleanField(default=True)


class AccountChanges(BodySerializer):
    """What is to be changed; what is left out stays."""

    settings = SettingsField(required=False)
    is_active = serializers.BooleanField(required=False)


class TestInput(BodySerializer):
    """Where the test message goes."""

    to = serializers.CharField(
        max_length=254,
        required=False,
        default="",
        allow_blank=True,
        help_text="An e-mail address or a phone number. Push and chat: empty for the account's own target.",
    )


class LastTest(serializers.Serializer[Any]):
    state = serializers.ChoiceField(_STATES)
    to = serializers.CharField()
    asked_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    text = serializers.CharField(help_text="What happened, for people.")


class AccountOutput(serializers.Serializer[Any]):
    """An account. Of its secrets nothing but when each was entered."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(_CHANNELS)
    provider = serializers.ChoiceField(_PROVIDERS)
    brand_id = serializers.UUIDField(allow_null=True)
    settings = SettingsField()
    secrets_set_at = serializers.DictField(child=serializers.DateTimeField())
    is_active = serializers.BooleanField()
    reports_url = serializers.URLField(
        allow_null=True,
        help_text="Enter it at the mail provider as the address of its webhook: there it reports deliveries, bounces "
        "and complaints. A secret, for callers with `write:channels` alone, and null in a repetition by "
        "`Idempotency-Key`; null too for accounts of which nothing is reported.",
    )
    reported_at = serializers.DateTimeField(allow_null=True, help_text="When something was last reported, to the hour.")
    last_test = LastTest()
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def account_json(account: ChannelAccount, *, shows_secret: bool, now: datetime) -> dict[str, Any]:
    """`shows_secret` for those who may change the account."""
    state = account.test_state(now=now)
    is_over = state in {"ok", "failed"}
    return {
        "id": account.pk,
        "channel": account.channel,
        "provider": account.provider,
        "brand_id": account.brand_id,
        "settings": account.settings,
        "secrets_set_at": account.secrets_set_at,
        "is_active": account.is_active,
        "reports_url": (reports_url(account) or None) if shows_secret else None,
        "reported_at": account.reported_at,
        "last_test": {
            "state": state,
            "to": account.test_to,
            "asked_at": account.test_asked_at,
            "finished_at": account.tested_at if is_over else None,
            "text": account.test_text if is_over else "",
        },
        "version": account.version,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
    }
