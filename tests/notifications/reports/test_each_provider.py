"""Each provider's own form and signature: what it tells of a mail is written down, once, and what follows follows."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.channels.email.providers import PROVIDERS
from notifications.channels.email.trackers import TRACKERS
from notifications.models import Message, Suppression
from notifications.services.retry_message import retry_message
from notifications.services.unsubscribe import resubscribe
from tests.notifications import scene
from tests.notifications.reports import payloads
from tests.notifications.reports.desk import NAMES, account, sent, tell
from tests.support import cast

each_provider = pytest.mark.parametrize("provider", payloads.EVENTS)
signing = pytest.mark.parametrize("provider", payloads.KEYS)
# State, what is reported in the history, and the reasons on the suppression list with how much they end.
OUTCOMES: dict[str, tuple[str, list[str], list[tuple[str, str]]]] = {
    "delivered": ("sent", ["delivered"], []),
    "bounced": ("bounced", ["bounced"], [("bounced", "everything")]),
    "soft_bounced": ("bounced", ["soft_bounced"], []),
    "complained": ("sent", ["complained"], [("complained", "non_essential")]),
    "unsubscribed": ("sent", [], [("unsubscribed", "non_essential")]),
    "opened": ("sent", [], []),
}
# Resend has no list from which one unsubscribes.
CASES = [(p, k) for p in payloads.EVENTS for k in payloads.KINDS if (p, k) != ("resend", "unsubscribed")]


def outcome(message: Message) -> tuple[str, list[str], list[tuple[str, str]]]:
    message.refresh_from_db()
    told = [line["report"] for line in message.history if "report" in line]
    return message.state, told, list(Suppression.objects.active().values_list("reason", "scope"))


def test_every_mail_provider_is_tried() -> None:
    assert set(payloads.EVENTS) == set(TRACKERS) == set(PROVIDERS) - {"smtp"}
    assert set(payloads.KEYS) == {key for key, tracker in TRACKERS.items() if tracker.key}


@pytest.mark.parametrize("named_by", ["us", "the provider"])
@pytest.mark.parametrize(("provider", "kind"), CASES)
def test_what_it_tells_is_written_down_once(north: Any, provider: str, kind: str, named_by: str) -> None:
    here, name = account(provider), NAMES[provider]
    message, other = sent(name), sent("another", slot_at=cast.tomorrow_at(14))
    key = str(message.pk) if named_by == "us" else ""
    post = payloads.post(provider, kind, key=key, name="" if key else name)

    answer = tell(north, here, post)

    assert (answer.status_code, answer.content) == (200, b"")
    assert outcome(message) == OUTCOMES[kind]
    first = message.history
    assert tell(north, here, post).status_code == 200
    assert outcome(message) == OUTCOMES[kind]
    assert message.history == first
    assert outcome(other)[:2] == ("sent", [])


@each_provider
def test_a_mail_that_nobody_knows_is_taken_and_forgotten(north: Any, provider: str) -> None:
    here, message = account(provider), sent(NAMES[provider])

    for key, name in (("", "99"), ("0198c0de-7a00-7000-8000-0c11e0000099", "99"), ("test-1", ""), ("", "")):
        post = payloads.post(provider, "bounced", key=key, name=name)
        assert tell(north, here, post).status_code == 200, (key, name)

    assert outcome(message) == ("sent", [], [])


@signing
def test_what_is_not_signed_with_the_account_s_key_changes_nothing(north: Any, provider: str) -> None:
    here, message = account(provider), sent()
    event = payloads.EVENTS[provider]("bounced", str(message.pk), "", datetime.now(tz=UTC))
    right = payloads.signed(provider, event)
    other_body = right.body.replace(b"bob@", b"eve@") if provider != "mailgun" else b'{"event-data": {}}'

    for post in (
        payloads.signed(provider, event, forged=True),
        payloads.Post(json.dumps(event).encode()),
        payloads.Post(other_body, right.headers),
        payloads.Post(right.body, dict.fromkeys(right.headers, "%%%")) if right.headers else payloads.Post(b"{}"),
    ):
        answer = tell(north, here, post)
        assert (answer.status_code, answer.json()["code"]) == (403, "unsigned_report")

    assert outcome(message) == ("sent", [], [])
    assert tell(north, here, right).status_code == 200
    assert outcome(message) == OUTCOMES["bounced"]


@signing
def test_without_a_key_nothing_is_believed(north: Any, provider: str) -> None:
    (field,) = payloads.KEYS[provider]
    here, message = account(provider, **{field: ""}), sent()

    answer = tell(north, here, payloads.post(provider, "bounced", key=str(message.pk)))

    assert (answer.status_code, answer.json()["code"]) == (403, "unsigned_report")
    assert outcome(message) == ("sent", [], [])


def test_an_old_signature_of_resend_s_is_refused(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    here, message = account("resend"), sent()

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz=tz) - timedelta(days=1)

    monkeypatch.setattr(payloads, "datetime", Yesterday)
    post = payloads.post("resend", "bounced", key=str(message.pk))

    assert tell(north, here, post).status_code == 403
    assert outcome(message) == ("sent", [], [])


@pytest.mark.parametrize(
    ("provider", "event", "expected"),
    [
        # Its own lists, for whatever reason: the next provider may get through.
        ("mailgun", {"event": "failed", "severity": "permanent", "reason": "suppress-complaint"}, "soft_bounced"),
        ("mailgun", {"event": "failed", "severity": "permanent", "reason": "suppress-bounce"}, "bounced"),
        ("mailgun", {"event": "failed", "severity": "temporary", "reason": "generic"}, None),
        ("sendgrid", {"event": "dropped", "reason": "Bounced Address"}, "bounced"),
        ("sendgrid", {"event": "dropped", "reason": "Invalid"}, "bounced"),
        ("sendgrid", {"event": "dropped", "reason": "Unsubscribed Address"}, "soft_bounced"),
        ("sendgrid", {"event": "deferred", "response": "451 4.7.0 Later"}, None),
        # What says for ever, but not of the address.
        ("sendgrid", {"event": "bounce", "type": "bounce", "reason": "552 5.2.2 Mailbox full"}, "soft_bounced"),
        ("sendgrid", {"event": "bounce", "type": "bounce", "reason": "550 5.7.1 Spam, see 10.2.1.4"}, "soft_bounced"),
        # An address of a server is no status.
        ("sendgrid", {"event": "bounce", "type": "bounce", "reason": "550 No such user at 142.250.4.26"}, "bounced"),
        ("postmark", {"RecordType": "Bounce", "Type": "Transient"}, None),
        ("postmark", {"RecordType": "Bounce", "Type": "Blocked"}, "soft_bounced"),
        ("postmark", {"RecordType": "Bounce", "Type": "BadEmailAddress"}, "bounced"),
        (
            "postmark",
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "HardBounce"},
            "bounced",
        ),
        ("postmark", {"RecordType": "SubscriptionChange", "SuppressSending": False}, None),
        ("brevo", {"event": "invalid_email"}, "bounced"),
        ("brevo", {"event": "blocked", "reason": "blocked : due to blacklist user"}, "soft_bounced"),
        ("brevo", {"event": "error"}, "soft_bounced"),
        ("brevo", {"event": "deferred"}, None),
        ("brevo", {"event": "something new"}, None),
        ("mailjet", {"event": "blocked", "error": "typofix", "error_related_to": "domain"}, "bounced"),
        ("mailjet", {"event": "blocked", "error": "preblocked"}, "soft_bounced"),
        ("mailjet", {"event": "bounce", "hard_bounce": False, "error": "greylisted"}, None),
        (
            "resend",
            {"type": "email.bounced", "bounce": {"message": "sent a hard bounce message, but didn't say why"}},
            "bounced",
        ),
        (
            "resend",
            {"type": "email.bounced", "bounce": {"message": "Resend has suppressed sending", "type": "Permanent"}},
            "soft_bounced",
        ),
        ("resend", {"type": "email.delivery_delayed"}, None),
        ("sparkpost", {"type": "bounce", "bounce_class": "60"}, None),
        ("sparkpost", {"type": "generation_rejection", "raw_reason": "554 5.7.1 suppressed"}, "soft_bounced"),
        ("sparkpost", {"type": "delay", "bounce_class": "21"}, None),
        ("sparkpost", {"type": "out_of_band", "bounce_class": "30"}, "bounced"),
    ],
)
def test_only_an_address_that_is_gone_is_given_up(
    north: Any, provider: str, event: dict[str, Any], expected: str | None
) -> None:
    here, message = account(provider), sent()
    whole = payloads.EVENTS[provider]("delivered", str(message.pk), "1", datetime.now(tz=UTC))
    inner = whole[0] if isinstance(whole, list) else whole
    if provider == "resend":
        inner["type"] = event["type"]
        inner["data"] |= {name: value for name, value in event.items() if name != "type"}
    else:
        inner = {"mailgun": inner.get("event-data"), "sparkpost": (inner.get("msys") or {}).get("message_event")}.get(
            provider
        ) or inner
        for delivered in ("response", "smtp_reply", "Details"):
            inner.pop(delivered, None)
        inner.update(event)

    assert tell(north, here, payloads.signed(provider, whole)).status_code == 200

    assert outcome(message)[1] == ([expected] if expected else [])
    assert bool(outcome(message)[2]) == (expected == "bounced")


@each_provider
def test_a_report_told_again_does_not_undo_what_staff_did_since(north: Any, provider: str) -> None:
    here, message = account(provider), sent()
    earlier = datetime.now(tz=UTC) - timedelta(minutes=5)
    bounced = payloads.post(provider, "bounced", key=str(message.pk), at=earlier)
    tell(north, here, bounced)
    Suppression.objects.all().delete()
    retry_message(message_id=message.pk, by="user:1", now=datetime.now(tz=UTC))
    scene.send_due()

    tell(north, here, bounced)

    assert outcome(message)[::2] == ("sent", [])
    tell(north, here, payloads.post(provider, "bounced", key=str(message.pk)))
    assert outcome(message)[0] == "bounced"


def test_who_has_subscribed_again_stays_subscribed(north: Any) -> None:
    here, message = account("postmark"), sent()
    earlier = datetime.now(tz=UTC) - timedelta(minutes=5)
    unsubscribed = payloads.post("postmark", "unsubscribed", key=str(message.pk), at=earlier)
    tell(north, here, unsubscribed)
    assert outcome(message)[2] == [("unsubscribed", "non_essential")]
    resubscribe(message=message, now=datetime.now(tz=UTC))

    tell(north, here, unsubscribed)

    assert outcome(message)[2] == []
    tell(north, here, payloads.post("postmark", "unsubscribed", key=str(message.pk), at=datetime.now(tz=UTC)))
    assert outcome(message)[2] == [("unsubscribed", "non_essential")]
