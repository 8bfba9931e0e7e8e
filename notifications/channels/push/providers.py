"""Who carries a tenant's push notifications to phones of its staff."""

from collections.abc import Mapping
from typing import Final

from notifications.channels.apprise_link import Notice, Plugin
from notifications.channels.fields import Field, Kind
from notifications.channels.providers import Link, Provider
from notifications.channels.texting import secret, server_options, texting

PROVIDERS: Final[Mapping[str, Provider[Link[Notice]]]] = {
    provider.key: provider
    for provider in [
        texting(
            "ntfy",
            "ntfy",
            "ntfy.sh or a server of your own. Whoever knows a topic without a token reads it: give it a long name.",
            Plugin(
                module="ntfy",
                name="NotifyNtfy",
                options=lambda of, target: {
                    **server_options(of["server"]),
                    "mode": "private",
                    "auth": "token" if "token" in of else "basic",
                    "token": of.get("token"),
                    "targets": [target],
                    "include_image": False,
                },
                said=("id",),
            ),
            Field("server", "Server", kind=Kind.URL, default="https://ntfy.sh", decides_where=True),
            Field("target", "Topic", pattern=r"[A-Za-z0-9_-]{1,64}", help="Letters, digits, _ and -."),
            secret("token", "Access token", "For protected topics.", pattern=r"[A-Za-z0-9_]{8,100}", is_required=False),
        ),
        texting(
            "pushover",
            "Pushover",
            "The application's token is under Your Applications; the key of a user or group on the first page.",
            Plugin(
                module="pushover",
                name="NotifyPushover",
                options=lambda of, target: {"token": of["token"], "user_key": target},
                said=("request",),
            ),
            secret("token", "Application's token", pattern=r"[A-Za-z0-9]{30}", help="30 characters."),
            Field("target", "User or group key", pattern=r"[A-Za-z0-9]{30}", help="30 characters."),
        ),
        texting(
            "gotify",
            "Gotify",
            "A server of your own. The token is that of an application there.",
            Plugin(
                module="gotify",
                name="NotifyGotify",
                options=lambda of, _target: {**server_options(of["server"]), "token": of["token"]},
                said=("id",),
            ),
            Field("server", "Server", kind=Kind.URL, decides_where=True),
            secret("token", "Application's token", pattern=r"[A-Za-z0-9._-]{8,100}"),
        ),
    ]
}
