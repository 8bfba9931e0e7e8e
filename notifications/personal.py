"""What was told to a person, and how they are reached."""

from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from notifications.models import CalendarFeed, Message, Suppression, WebhookAttempt
from notifications.rules import UNSENT, Channel, MessageState, Why
from notifications.rules.suppressions import normalised
from tenants.audit.erasure import erase_personal
from tenants.mail_files import remove_mails, stored_mails
from tenants.personal import Someone, about, about_led, personal, register_owners, register_step

_NOBODY = Q(pk__in=[])
_TENANT = "The tenant's own setting."
_KEYS = "Opaque keys, versions and times of writing."


def _drop_messages(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    """Those that a worker is sending at this moment too: it finds that they are not its own any more."""
    planned = Message.objects.filter(recipient=who.person_id, state__in=[*UNSENT, MessageState.SENDING])
    return planned.end(MessageState.CANCELLED, why=Why.NO_ADDRESS, reason="Its reader was erased.")


def _feeds(who: Someone) -> Q:
    found = _NOBODY
    if who.client_id:
        found |= Q(client_id=who.client_id)
    return found | Q(staff_member_id=who.staff_id) if who.staff_id else found


def _revoke_feeds(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    open_or_named = CalendarFeed.objects.filter(_feeds(who)).exclude(revoked_at__isnull=False, name="")
    return open_or_named.update(revoked_at=Coalesce(F("revoked_at"), now), name="", version=F("version") + 1)


def _suppressions(who: Someone) -> Q:
    """Of their addresses, in whichever channel they are known."""
    addresses = {normalised(channel, text) for channel in Channel for text in (who.email, who.phone) if text}
    return Q(address__in=addresses - {""})


def _forget_suppressions(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    gone = list(Suppression.objects.filter(_suppressions(who)).values_list("pk", flat=True))
    Suppression.objects.filter(pk__in=gone).delete()
    erase_personal(owners=[f"suppression:{key}" for key in gone])
    return len(gone)


def _remove_mail_files(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    """To them, and to others about bookings that they have or lead."""
    stored = stored_mails()
    if not stored:
        return 0
    told = Message.objects.filter(Q(recipient=who.person_id) | about(who) | about_led(who), pk__in=stored)
    return remove_mails(told.order_by().values_list("pk", flat=True))


def _empty_answers(who: Someone, now: datetime, limit: int) -> int:  # noqa: ARG001
    """What receivers of webhooks said of bookings that they lead."""
    said = WebhookAttempt.objects.filter(about_led(who, "delivery__subject_id")).exclude(answer="", error="")
    return WebhookAttempt.objects.filter(pk__in=said.order_by("pk").values("pk")[:limit]).update(answer="", error="")


register_step("messages_dropped", _drop_messages, at_once=True)
register_step("calendar_feeds_revoked", _revoke_feeds, at_once=True)
register_step("suppressions", _forget_suppressions, at_once=True)
register_step("mail_files", _remove_mail_files)
register_step("webhook_answers_emptied", _empty_answers)
register_owners(
    lambda who: (
        f"calendar_feed:{key}" for key in CalendarFeed.objects.filter(_feeds(who)).values_list("pk", flat=True)
    )
)

personal(
    "notifications_message",
    of=lambda who: Q(recipient_id=who.person_id),
    erased={"address": "", "reason": "", "provider_id": "", "history": []},
    pseudonymised=("event", "channel", "subject_kind", "subject_id", "state", "why", "sent_at", "created_at"),
    kept={
        _KEYS: (
            "id",
            "rule_id",
            "rule_version",
            "brand_id",
            "recipient_id",
            "schedule_version",
            "lost_starts_at",
            "lost_ends_at",
            "state_since",
            "wanted_at",
            "due_at",
            "expires_at",
            "lease_until",
            "attempts",
            "request_id",
            "traceparent",
        )
    },
)
personal(
    "notifications_calendarfeed",
    of=_feeds,
    by="calendar_feeds_revoked",
    erased={"name": ""},
    pseudonymised=("level", "created_at", "last_used_at", "revoked_at"),
    kept={
        "Opaque keys; of the secret a checksum, which opens nothing any more.": (
            "id",
            "brand_id",
            "staff_member_id",
            "room_id",
            "client_id",
            "prefix",
            "digest",
            "version",
            "created_by_id",
            "rotated_at",
        )
    },
)
personal(
    "notifications_suppression",
    of=_suppressions,
    by="suppressions",
    removed=("channel", "address", "reason", "scope", "note", "created_at", "ended_at"),
    secret=("id", "brand_id", "message_id", "version"),
)
personal(
    "notifications_channelaccount",
    of=lambda who: Q(test_to__iexact=who.email) if who.email else _NOBODY,
    at_once=True,
    erased={"test_to": "", "test_text": ""},
    kept={
        _TENANT: (
            "id",
            "channel",
            "brand_id",
            "provider",
            "settings",
            "secrets",
            "secrets_set_at",
            "is_active",
            "test_asked_at",
            "tested_at",
            "test_ok",
            "reports_secret",
            "reported_at",
            "version",
            "created_at",
            "updated_at",
        )
    },
)
personal(
    "notifications_rule",
    kept={
        _TENANT: (
            "id",
            "name",
            "event",
            "offset_minutes",
            "audience",
            "channel",
            "brand_id",
            "subject_kind",
            "service_ids",
            "quiet_from",
            "quiet_until",
            "lateness_minutes",
            "is_essential",
            "is_active",
            "archived_at",
            "version",
            "planned_version",
            "planning_kind",
            "planning_after",
            "created_at",
            "updated_at",
        ),
        "A mailbox of the tenant's, such as a front desk's: staff changes the rule where it was one person's.": (
            "address",
        ),
    },
)
personal(
    "notifications_template",
    kept={
        _TENANT: (
            "id",
            "rule_id",
            "brand_id",
            "language",
            "subject",
            "text",
            "html",
            "version",
            "failed_at",
            "failure",
            "created_at",
            "updated_at",
        )
    },
)
personal(
    "notifications_webhookendpoint",
    kept={
        _TENANT: (
            "id",
            "url",
            "brand_id",
            "event_types",
            "description",
            "secret",
            "previous_secret",
            "previous_until",
            "is_active",
            "disabled_at",
            "disabled_why",
            "archived_at",
            "served_at",
            "version",
            "created_at",
            "updated_at",
        )
    },
)
personal(
    "notifications_webhookdelivery",
    kept={
        "Opaque keys and times; forgotten some days after its end.": (
            "id",
            "endpoint_id",
            "webhook_id",
            "event_type",
            "subject_kind",
            "subject_id",
            "schedule_version",
            "payload",
            "state",
            "reason",
            "due_at",
            "expires_at",
            "lease_until",
            "attempts",
            "last_status",
            "delivered_at",
            "ended_at",
            "created_at",
            "replay_of_id",
            "request_id",
            "traceparent",
        )
    },
)
personal(
    "notifications_webhookattempt",
    of=lambda who: about(who, "delivery__subject_id"),
    # The receiver's own words: it may know the person.
    erased={"answer": "", "error": ""},
    kept={_KEYS: ("id", "delivery_id", "number", "at", "status", "milliseconds")},
)
