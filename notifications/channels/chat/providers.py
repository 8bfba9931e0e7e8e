"""Chats in which a tenant's staff reads what happens."""

import html
from collections.abc import Mapping
from typing import Final

from notifications.channels.apprise_link import Notice, Plugin
from notifications.channels.fields import Field, Kind
from notifications.channels.providers import Link, Provider
from notifications.channels.texting import secret, server_options, texting

_WORD: Final = r"[A-Za-z0-9_-]{4,200}"

PROVIDERS: Final[Mapping[str, Provider[Link[Notice]]]] = {
    provider.key: provider
    for provider in [
        texting(
            "slack",
            "Slack",
            "Make an incoming webhook for one channel; its address ends with three parts: /services/T…/B…/…",
            Plugin(
                module="slack",
                name="NotifySlack",
                options=lambda of, _target: {
                    **of,
                    "mode": "hook",
                    "format": "text",
                    "include_image": False,
                    "include_footer": False,
                },
            ),
            Field("token_a", "First part", pattern=r"[A-Z0-9]{4,50}", help="It begins with T."),
            Field("token_b", "Second part", pattern=r"[A-Z0-9]{4,50}", help="It begins with B."),
            secret("token_c", "Third part", pattern=r"[A-Za-z0-9]{4,100}"),
        ),
        texting(
            "telegram",
            "Telegram",
            "@BotFather makes a bot and gives its token. Invite the bot into the group whose number you enter.",
            Plugin(
                module="telegram",
                name="NotifyTelegram",
                options=lambda of, target: {
                    "bot_token": of["bot_token"],
                    "targets": [target],
                    "detect_owner": False,
                    "format": "html",
                },
                said=("result", "message_id"),
                escape=lambda text: html.escape(text, quote=False),
            ),
            secret(
                "bot_token", "Bot's token", pattern=r"[0-9]{4,20}:[A-Za-z0-9_-]{10,100}", help="Digits, : and letters."
            ),
            Field("target", "Chat", pattern=r"-?[0-9]{1,32}", help="The group's number, such as -1001234567890."),
        ),
        texting(
            "teams",
            "Microsoft Teams",
            "Workflows of a channel, 'Post to a channel when a webhook request is received'. See its address.",
            Plugin(
                module="workflows",
                name="NotifyWorkflows",
                options=lambda of, _target: {
                    "secure": True,
                    "host": of["host"],
                    "port": 443,
                    "workflow": of["workflow"],
                    "signature": of["signature"],
                    "include_image": False,
                },
            ),
            Field(
                "host",
                "Server",
                kind=Kind.HOST,
                pattern=r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.(logic\.azure\.com|api\.powerplatform\.com)",
                help="It ends with .logic.azure.com.",
                decides_where=True,
            ),
            Field("workflow", "Workflow", pattern=_WORD, help="Behind /workflows/."),
            secret("signature", "Signature", "Behind sig=.", pattern=_WORD),
        ),
        texting(
            "discord",
            "Discord",
            "In the channel's settings: Integrations, Webhooks. The address ends with both parts.",
            Plugin(
                module="discord",
                name="NotifyDiscord",
                options=lambda of, _target: {**of, "avatar": False, "footer_logo": False, "format": "text"},
            ),
            Field("webhook_id", "Webhook's id", pattern=r"[0-9]{5,30}", help="The digits."),
            secret("webhook_token", "Webhook's token", "Behind the digits.", pattern=_WORD),
        ),
        texting(
            "google_chat",
            "Google Chat",
            "In the space's settings: Apps & integrations, Webhooks. Its address holds the parts.",
            Plugin(module="google_chat", name="NotifyGoogleChat", options=lambda of, _target: of),
            Field("workspace", "Space", pattern=_WORD, help="Behind /spaces/."),
            secret("webhook_key", "Key", "Behind key=.", pattern=_WORD),
            secret("webhook_token", "Token", "Behind token=.", pattern=r"[A-Za-z0-9_%=-]{4,300}"),
        ),
        texting(
            "mattermost",
            "Mattermost",
            "A server of your own: Integrations, Incoming Webhooks. The address ends with /hooks/ and the key.",
            Plugin(
                module="mattermost",
                name="NotifyMattermost",
                options=lambda of, _target: {
                    **server_options(of["server"]),
                    "token": of["token"],
                    "mode": "webhook",
                    "include_image": False,
                },
            ),
            Field("server", "Server", kind=Kind.URL, decides_where=True),
            secret("token", "Key", "Behind /hooks/.", pattern=r"[A-Za-z0-9]{4,60}"),
        ),
    ]
}
