"""Examples for the OpenAPI document. They work against the demo tenant harbor."""

import uuid
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api.examples import BRAND, answered, sent

# Of the demo: a chat account that is off (config/demo).
_DEMO: Final = "adb967a4-1c9a-5232-9315-f29e018263ad"
_WHAT: Final = "The account's id."

ACCOUNT_ID: Final = OpenApiParameter(
    "id",
    uuid.UUID,
    OpenApiParameter.PATH,
    description=_WHAT,
    examples=[OpenApiExample("The chat of the demo, which is off", value=_DEMO)],
)
# One that was just set up: what is removed is of no use to other examples.
NEW_ACCOUNT_ID: Final = OpenApiParameter("id", uuid.UUID, OpenApiParameter.PATH, description=_WHAT)
LEADS_TO: Final[dict[str, Any]] = {
    "x-links": {
        name: {"operationId": operation, "parameters": {"id": "$response.body#/id"}}
        # Each from another example: the mail account is the one of which something is reported.
        for name, operation in (("delete", "deleteChannelAccount"), ("rotate", "rotateReportsUrl"))
    }
}

_UNTESTED: dict[str, Any] = {"state": "none", "to": "", "asked_at": None, "finished_at": None, "text": ""}
_CHAT: dict[str, Any] = {
    "id": _DEMO,
    "channel": "chat",
    "provider": "slack",
    "brand_id": BRAND,
    "settings": {"token_a": "T0DEMO", "token_b": "B0DEMO"},
    "secrets_set_at": {"token_c": "2026-11-20T16:04:05.123456Z"},
    "is_active": False,
    "reports_url": None,
    "reported_at": None,
    "last_test": _UNTESTED,
    "version": 1,
    "created_at": "2026-11-20T16:04:05.123456Z",
    "updated_at": "2026-11-20T16:04:05.123456Z",
}
_NEW: dict[str, Any] = {
    "channel": "sms",
    "provider": "twilio",
    "brand_id": BRAND,
    "settings": {
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "auth_token": "0123456789abcdef0123456789abcdef",
        "source": "+12125550187",
    },
    "is_active": True,
}
_MAIL: dict[str, Any] = {
    "channel": "email",
    "provider": "postmark",
    "brand_id": BRAND,
    "settings": {"server_token": "01234567-89ab-cdef-0123-456789abcdef", "from_email": "hello@example.com"},
    "is_active": False,
}
_UNDER_WAY: dict[str, Any] = {**_UNTESTED, "state": "under_way", "asked_at": "2026-11-20T16:05:00Z"}

ACCOUNT: Final = [answered("A chat", _CHAT)]
# Without the page around it: drf-spectacular adds that.
ACCOUNTS: Final = [answered("A page", _CHAT)]
NEW_ACCOUNT: Final = [
    sent("SMS through Twilio", _NEW),
    sent("Mail through Postmark, switched on later", _MAIL),
    answered(
        "Set up",
        {
            **_CHAT,
            **_NEW,
            "id": "0198c0de-7a00-7000-8000-0c11e0000002",
            "settings": {name: text for name, text in _NEW["settings"].items() if name != "auth_token"},
            "secrets_set_at": {"auth_token": "2026-11-20T16:04:05.123456Z"},
        },
        status=201,
    ),
]
CHANGED_ACCOUNT: Final = [
    sent("Another key", {"settings": {"token_c": "abcdefghijklmnopqrstuvwx"}}),
    answered("Changed", {**_CHAT, "version": 2}),
]
ROTATED: Final = [
    answered(
        "Another address",
        {
            **_CHAT,
            **_MAIL,
            "id": "0198c0de-7a00-7000-8000-0c11e0000003",
            "settings": {"from_email": "hello@example.com"},
            "secrets_set_at": {"server_token": "2026-11-20T16:04:05.123456Z"},
            "reports_url": "https://harbor.slotkeeper.example/mail-reports/0198c0de-7a00-7000-8000-0c11e0000003/"
            "rpt_h3Vd0sJq7yZ2mXw9bKcT5nRfLpGaEu8iQoN1tMvYxCk",
            "version": 2,
        },
    )
]
TESTED: Final = [
    sent("To the account's own target", {"to": ""}),
    answered("Under way", {**_CHAT, "last_test": _UNDER_WAY}, status=202),
]
