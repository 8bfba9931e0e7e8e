"""Who carries a tenant's SMS."""

from collections.abc import Mapping
from typing import Any, Final

from notifications.channels.apprise_link import Notice, Plugin, as_is, at
from notifications.channels.fields import Field, Kind
from notifications.channels.providers import Link, Provider
from notifications.channels.texting import secret, texting

FROM: Final = Field("source", "Sender", kind=Kind.PHONE, help="A number of your account there, such as +49 30 1234567.")
_WORD: Final = r"[A-Za-z0-9]{4,100}"


def _vonage_refusal(answer: Any) -> Any:
    return "" if at(answer, "messages", "status") in {"0", ""} else at(answer, "messages", "error-text")


def _clicksend_refusal(answer: Any) -> Any:
    status = at(answer, "data", "messages", "status")
    return "" if status in {"SUCCESS", ""} else status


PROVIDERS: Final[Mapping[str, Provider[Link[Notice]]]] = {
    provider.key: provider
    for provider in [
        texting(
            "twilio",
            "Twilio",
            "Account SID and auth token are on the first page of Twilio's console.",
            Plugin(
                module="twilio",
                name="NotifyTwilio",
                options=lambda of, target: {**of, "targets": [target]},
                said=("sid",),
                is_cut=False,
            ),
            Field("account_sid", "Account SID", pattern=r"AC[0-9a-fA-F]{32}", help="AC and 32 characters."),
            secret("auth_token", "Auth token", pattern=r"[0-9A-Za-z]{32}", help="32 characters."),
            FROM,
        ),
        texting(
            "vonage",
            "Vonage",
            "API key and secret are on the first page of Vonage's dashboard.",
            Plugin(
                module="vonage",
                name="NotifyVonage",
                options=lambda of, target: {**of, "targets": [target]},
                said=("messages", "message-id"),
                refusal=_vonage_refusal,
                is_cut=False,
            ),
            Field("apikey", "API key", pattern=_WORD),
            secret("secret", "API secret", pattern=_WORD),
            FROM,
        ),
        texting(
            "messagebird",
            "MessageBird",
            "The live access key is under Developers, API access.",
            Plugin(
                module="messagebird",
                name="NotifyMessageBird",
                options=lambda of, target: {**of, "targets": [target]},
                said=("id",),
                is_cut=False,
            ),
            secret("apikey", "Access key", pattern=r"[A-Za-z0-9]{25}", help="25 characters."),
            FROM,
        ),
        texting(
            "sinch",
            "Sinch",
            "Service plan and token are under SMS, APIs.",
            Plugin(
                module="sinch",
                name="NotifySinch",
                options=lambda of, target: {**of, "targets": [target]},
                said=("id",),
                is_cut=False,
            ),
            Field("service_plan_id", "Service plan id", pattern=r"[0-9a-fA-F]{8,64}"),
            secret("api_token", "API token", pattern=r"[0-9a-fA-F]{8,64}"),
            Field(
                "region",
                "Region",
                kind=Kind.CHOICE,
                choices=[("us", "United States"), ("eu", "European Union")],
                default="us",
                decides_where=True,
            ),
            FROM,
        ),
        texting(
            "clicksend",
            "ClickSend",
            "User name and API key are under Developers, API Credentials.",
            Plugin(
                module="clicksend",
                name="NotifyClickSend",
                options=lambda of, target: {
                    "user": as_is(of["user"]),
                    "password": as_is(of["api_key"]),
                    "targets": [target],
                },
                said=("data", "messages", "message_id"),
                refusal=_clicksend_refusal,
                is_cut=False,
            ),
            Field("user", "User name"),
            secret("api_key", "API key", pattern=r"[\x21-\x7e]{8,100}"),
        ),
    ]
}
