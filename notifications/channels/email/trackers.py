"""The mail providers whose reports are taken, and how each tells what is for ever."""

from collections.abc import Mapping
from typing import Any, Final

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, RejectReason
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.http import HttpRequest
from standardwebhooks import Webhook, WebhookVerificationError

from notifications.channels.email.tracking import Tracker
from notifications.channels.fields import Field


class ResendView(ResendTrackingWebhookView):
    """Resend signs as Standard Webhooks do, under other names: anymail would want a second library for that."""

    key = ""

    def validate_request(self, request: HttpRequest) -> None:
        headers = {
            f"webhook-{part}": request.headers.get(f"svix-{part}", "") for part in ("id", "timestamp", "signature")
        }
        try:
            Webhook(self.key).verify(request.body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError) as error:
            raise AnymailWebhookValidationFailure("Resend webhook called with incorrect signature") from error


def _at(raw: Any, *names: str) -> Any:
    """A value deep in a provider's event; None where there is none."""
    for name in names:
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw


def _sparkposts(event: AnymailTrackingEvent) -> bool:
    """Bounce classes 10 (no such recipient) and 30 (no recipient that the server would take)."""
    (inner,) = _at(event.esp_event, "msys").values()
    return _at(inner, "bounce_class") in {"10", "30"}


def _resends(event: AnymailTrackingEvent) -> bool:
    kind = _at(event.esp_event, "data", "bounce", "type")
    if event.reject_reason == RejectReason.BLOCKED:  # its own list, whatever for
        return False
    return bool(kind == "Permanent" or (kind is None and "hard bounce" in str(event.description)))


TRACKERS: Final[Mapping[str, Tracker]] = {
    "mailgun": Tracker(
        MailgunTrackingWebhookView,
        # Of its "permanent failures" only these; the others are its own lists, and what took too long.
        lambda event: bool(event.reject_reason == RejectReason.BOUNCED),
        "At Mailgun under Sending, Webhooks: Delivered Messages, Permanent Failure, Spam Complaints and Unsubscribes.",
        Field(
            "webhook_signing_key",
            "Signing key of webhooks",
            help="For reports: under API Security, HTTP webhook signing key. Without it they are refused.",
            is_secret=True,
            is_required=False,
            pattern=r"[\x21-\x7e]{8,300}",
        ),
        "webhook_signing_key",
    ),
    "sendgrid": Tracker(
        SendGridTrackingWebhookView,
        lambda event: bool(_at(event.esp_event, "type") == "bounce" or event.reject_reason == RejectReason.BOUNCED),
        "At SendGrid under Settings, Mail Settings, Event Webhooks: Delivered, Bounced, Dropped, Spam Reports and"
        " Unsubscribes, with Signature Verification on.",
        Field(
            "webhook_verification_key",
            "Verification key of webhooks",
            help="For reports: the public key that Signature Verification shows. Without it they are refused.",
            is_required=False,
            # An uncompressed point on P-256, which is what SendGrid signs with.
            pattern=r"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==",
        ),
        "tracking_webhook_verification_key",
    ),
    "postmark": Tracker(
        PostmarkTrackingWebhookView,
        lambda event: "HardBounce" in {_at(event.esp_event, "Type"), _at(event.esp_event, "SuppressionReason")},
        "At Postmark on a message stream's tab Webhooks: Delivery, Bounce, Spam Complaint and Subscription Change.",
    ),
    "brevo": Tracker(
        BrevoTrackingWebhookView,
        lambda event: bool(_at(event.esp_event, "event") == "hard_bounce"),
        "At Brevo under Transactional, Settings, Webhook: Delivered, Soft Bounced, Hard Bounced, Invalid Email,"
        " Blocked, Error, Complaint and Unsubscribed.",
    ),
    "mailjet": Tracker(
        MailjetTrackingWebhookView,
        lambda event: _at(event.esp_event, "hard_bounce") is True,
        "At Mailjet under Account settings, Event notifications: Sent, Bounce, Blocked, Spam and Unsub.",
    ),
    "resend": Tracker(
        ResendView,
        _resends,
        "At Resend under Webhooks: email.delivered, email.bounced and email.complained.",
        Field(
            "signing_secret",
            "Signing secret of webhooks",
            help="For reports: the webhook's page shows it (whsec_…). Without it they are refused.",
            is_secret=True,
            is_required=False,
            pattern=r"whsec_[A-Za-z0-9+/=_-]{16,200}",
        ),
        "key",
    ),
    "sparkpost": Tracker(
        SparkPostTrackingWebhookView,
        _sparkposts,
        "At SparkPost under Configuration, Webhooks: Delivery, Bounce, Out of Band, Policy Rejection, Generation"
        " Failure, Generation Rejection, Spam Complaint and both kinds of Unsubscribe.",
    ),
}
