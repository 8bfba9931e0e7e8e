"""What each mail provider posts, in the forms that its documentation and django-anymail's own examples show, signed as
it signs. No code of ours or anymail's takes part in the signing."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TO = "bob@example.com"
KINDS = ("delivered", "bounced", "soft_bounced", "complained", "unsubscribed", "opened")
_ADDRESS_GONE = "550 5.1.1 The email account that you tried to reach does not exist."
_FULL = "452 4.2.2 The email account that you tried to reach is over quota."

_EC = ec.generate_private_key(ec.SECP256R1())
_OTHER_EC = ec.generate_private_key(ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """As SendGrid shows it: the PEM's middle."""
    return base64.b64encode(
        key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).decode()


# With what the account checks reports, by the account's own name for it.
MAILGUN_KEY = "mailgun-signing-key"
SVIX_KEY = "whsec_" + base64.b64encode(b"the signing secret of resend").decode()
KEYS: dict[str, dict[str, str]] = {
    "mailgun": {"webhook_signing_key": MAILGUN_KEY},
    "sendgrid": {"webhook_verification_key": public(_EC)},
    "resend": {"signing_secret": SVIX_KEY},
}


@dataclass(frozen=True)
class Post:
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def post(provider: str, kind: str, *, at: datetime | None = None, key: str = "", name: str = "") -> Post:
    """A provider's request about a mail: `key` is our name for it, `name` the provider's."""
    event = EVENTS[provider](kind, key, name, at or datetime.now(tz=UTC))
    return signed(provider, event)


def signed(provider: str, event: Any, *, forged: bool = False) -> Post:
    sign = {"mailgun": _mailgun_signs, "sendgrid": _sendgrid_signs, "resend": _resend_signs}.get(provider)
    return sign(event, forged=forged) if sign else Post(json.dumps(event).encode())


def _mailgun(kind: str, key: str, name: str, at: datetime) -> Any:
    bounce = {"event": "failed", "severity": "permanent", "reason": "bounce"}
    told: Any = {
        "delivered": {"event": "delivered", "delivery-status": {"code": 250, "message": "OK", "description": ""}},
        "bounced": {**bounce, "delivery-status": {"code": 550, "message": _ADDRESS_GONE, "description": ""}},
        # It gave up after trying for long.
        "soft_bounced": {**bounce, "reason": "old", "delivery-status": {"code": 602, "message": "Too old"}},
        "complained": {"event": "complained"},
        "unsubscribed": {"event": "unsubscribed", "client-info": {"user-agent": "Mozilla/5.0"}},
        "opened": {"event": "opened", "client-info": {"user-agent": "Mozilla/5.0"}},
    }[kind]
    return {
        "event-data": {
            "id": "hTWCTD81RtiDN-...",
            "timestamp": at.timestamp(),
            "log-level": "info",
            "tags": [],
            "user-variables": {"slotkeeper_message": key} if key else {},
            "message": {"headers": {"to": TO, "message-id": name.strip("<>"), "from": "hello@example.com"}},
            "recipient": TO,
            **told,
        }
    }


def _mailgun_signs(event: Any, *, forged: bool) -> Post:
    stamp, token = "1534108637", "651869375b9df3c98fc15c4889b102119add1235c38fc92824"
    secret = b"another key" if forged else MAILGUN_KEY.encode()
    signature = hmac.new(secret, f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    event = {**event, "signature": {"timestamp": stamp, "token": token, "signature": signature}}
    return Post(json.dumps(event).encode())


def _sendgrid(kind: str, key: str, name: str, at: datetime) -> Any:
    told = {
        "delivered": {"event": "delivered", "response": "250 2.0.0 OK 1461095248 m143si2210036ioe.159 - gsmtp "},
        "bounced": {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": _ADDRESS_GONE},
        "soft_bounced": {"event": "bounce", "type": "blocked", "status": "4.2.2", "reason": _FULL},
        "complained": {"event": "spamreport"},
        "unsubscribed": {"event": "unsubscribe"},
        "opened": {"event": "open", "useragent": "Mozilla/5.0"},
    }[kind]
    mine = {"slotkeeper_message": key} if key else {}
    named = {"anymail_id": name} if name else {}
    return [
        {
            "email": TO,
            "timestamp": int(at.timestamp()),
            "smtp-id": "<wrfRRvF7Q0GgwUo2CvDmEA@ismtpd0006p1sjc2.sendgrid.net>",
            "sg_event_id": "nOSv8m0eTQ-vxvwNwt3fZQ",
            "sg_message_id": "wrfRRvF7Q0GgwUo2CvDmEA.filter0425p1mdw1.13037.57168B4A1D.0",
            **told,
            **mine,
            **named,
        }
    ]


def _sendgrid_signs(event: Any, *, forged: bool) -> Post:
    body, stamp = json.dumps(event).encode(), "1461095250"
    signature = (_OTHER_EC if forged else _EC).sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return Post(
        body,
        {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        },
    )


def _postmark(kind: str, key: str, name: str, at: datetime) -> Any:
    when = at.isoformat()
    bounce = {"RecordType": "Bounce", "ID": 901542550, "Email": TO, "BouncedAt": when, "Inactive": True}
    told: Any = {
        "delivered": {"RecordType": "Delivery", "Recipient": TO, "DeliveredAt": when, "Details": "250 OK"},
        "bounced": {**bounce, "Type": "HardBounce", "TypeCode": 1, "Details": f"smtp;{_ADDRESS_GONE}"},
        "soft_bounced": {**bounce, "Type": "SoftBounce", "TypeCode": 4096, "Details": f"smtp;{_FULL}"},
        "complained": {**bounce, "RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512},
        "unsubscribed": {
            "RecordType": "SubscriptionChange", "Recipient": TO, "ChangedAt": when, "Origin": "Recipient",
            "SuppressSending": True, "SuppressionReason": "ManualSuppression",
        },
        "opened": {"RecordType": "Open", "Recipient": TO, "ReceivedAt": when, "FirstOpen": True},
    }[kind]  # fmt: skip
    return {"MessageID": name, "ServerID": 23, "Metadata": {"slotkeeper_message": key} if key else {}, **told}


def _brevo(kind: str, key: str, name: str, at: datetime) -> Any:
    event, reason = {
        "delivered": ("delivered", ""),
        "bounced": ("hard_bounce", f" RecipientError: {_ADDRESS_GONE}"),
        "soft_bounced": ("soft_bounce", "undefined Unable to find MX of domain no-mx.example.com"),
        "complained": ("spam", ""),
        "unsubscribed": ("unsubscribe", ""),
        "opened": ("unique_opened", ""),
    }[kind]
    mine = {"X-Mailin-custom": json.dumps({"slotkeeper_message": key})} if key else {}
    return {
        "event": event, "email": TO, "id": 9999999, "message-id": name, "ts_epoch": int(at.timestamp() * 1000),
        "tags": [], **({"reason": reason} if reason else {}), **mine,
    }  # fmt: skip


def _mailjet(kind: str, key: str, name: str, at: datetime) -> Any:
    bounce = {"event": "bounce", "blocked": False, "error_related_to": "recipient"}
    told: Any = {
        "delivered": {"event": "sent", "smtp_reply": "sent (250 2.0.0 OK 1498093527 a67bc12345def.22 - gsmtp)"},
        "bounced": {**bounce, "hard_bounce": True, "error": "user unknown"},
        "soft_bounced": {**bounce, "hard_bounce": False, "error": "quota exceeded"},
        "complained": {"event": "spam", "source": "JMRPP"},
        "unsubscribed": {"event": "unsub", "mj_list_id": 0, "agent": "List-Unsubscribe"},
        "opened": {"event": "open", "agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"},
    }[kind]
    return [
        {
            "time": int(at.timestamp()),
            **({"MessageID": int(name)} if name else {}),
            "email": TO,
            "mj_campaign_id": 1234567890,
            "customcampaign": "",
            "Payload": json.dumps({"slotkeeper_message": key}) if key else "",
            **told,
        }
    ]


def _resend(kind: str, key: str, name: str, at: datetime) -> Any:
    gone = {"message": "The recipient's email provider sent a hard bounce message.", "type": "Permanent"}
    full = {"message": "The recipient's email provider sent a bounce message: inbox full.", "type": "Transient"}
    event, more = {
        "delivered": ("email.delivered", {}),
        "bounced": ("email.bounced", {"bounce": {**gone, "subType": "General"}}),
        "soft_bounced": ("email.bounced", {"bounce": {**full, "subType": "MailboxFull"}}),
        "complained": ("email.complained", {}),
        "opened": ("email.opened", {}),
    }[kind]
    mine = [{"name": "X-Metadata", "value": json.dumps({"slotkeeper_message": key})}] if key else []
    data = {"email_id": name, "from": "hello@example.com", "to": [TO], "subject": "Tomorrow", "headers": mine, **more}
    return {"type": event, "created_at": at.isoformat().replace("+00:00", "Z"), "data": data}


def _resend_signs(event: Any, *, forged: bool) -> Post:
    body, name, stamp = json.dumps(event), "msg_2W2D3qXLS5fOaPja1GDg7rF2CwB", str(int(datetime.now(tz=UTC).timestamp()))
    secret = b"another secret altogether" if forged else base64.b64decode(SVIX_KEY.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(secret, f"{name}.{stamp}.{body}".encode(), hashlib.sha256).digest()).decode()
    return Post(body.encode(), {"svix-id": name, "svix-timestamp": stamp, "svix-signature": f"v1,{signature}"})


def _sparkpost(kind: str, key: str, name: str, at: datetime) -> Any:
    group, told = {
        "delivered": ("message_event", {"type": "delivery"}),
        "bounced": ("message_event", {"type": "bounce", "bounce_class": "10", "raw_reason": _ADDRESS_GONE}),
        "soft_bounced": ("message_event", {"type": "bounce", "bounce_class": "22", "raw_reason": _FULL}),
        "complained": ("message_event", {"type": "spam_complaint", "fbtype": "abuse"}),
        "unsubscribed": ("unsubscribe_event", {"type": "list_unsubscribe"}),
        "opened": ("track_event", {"type": "open", "user_agent": "Mozilla/5.0"}),
    }[kind]
    event = {
        "event_id": "84345317653491230", "message_id": "0004e3724f57753a3561", "transmission_id": name,
        "raw_rcpt_to": TO, "rcpt_to": TO, "timestamp": str(int(at.timestamp())),
        "rcpt_meta": {"slotkeeper_message": key} if key else {}, **told,
    }  # fmt: skip
    return [{"msys": {group: event}}, {"msys": {}}]


EVENTS = {
    "mailgun": _mailgun,
    "sendgrid": _sendgrid,
    "postmark": _postmark,
    "brevo": _brevo,
    "mailjet": _mailjet,
    "resend": _resend,
    "sparkpost": _sparkpost,
}
