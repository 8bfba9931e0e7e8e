"""Standard Webhooks: secrets and the headers of a call (https://www.standardwebhooks.com)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from standardwebhooks import Webhook

MARK = "whsec_"
# The specification wants 24 to 64.
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as receivers' libraries take it: `whsec_` and base64."""
    return MARK + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(*, webhook_id: UUID, body: bytes, at: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """The headers that say who sent the body, what it is called and when it left: a signature for each secret.

    `at` is in UTC; receivers refuse what is older than some minutes, so that each try is signed anew.
    """
    signatures = [Webhook(secret).sign(msg_id=str(webhook_id), timestamp=at, data=body.decode()) for secret in secrets]
    return {
        "webhook-id": str(webhook_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
