"""The address at which a provider reports: whoever has it may, nobody else; it changes nothing of other brands and
tenants, stands in no log, and what comes there never breaks anything."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from notifications.api import mail_reports
from notifications.channels.email.report_addresses import reports_url
from notifications.models import ChannelAccount, Message, Suppression
from notifications.rules.reports import MailEvent, ReportKind
from notifications.services import record_mail_events as service
from notifications.services.find_reported import find_reported
from notifications.services.rotate_reports_secret import NoReportsError, rotate_reports_secret
from notifications.services.set_up_channel import set_up_channel
from tenants.audit.models import AuditEntry
from tenants.context import use
from tenants.throttling.rules import parse_limit
from tests.notifications.reports import payloads
from tests.notifications.reports.desk import NAMES, account, path_of, sent, tell
from tests.support import cast
from tests.telemetry.capture import captured


def _bounce(message: Message, provider: str = "postmark") -> payloads.Post:
    return payloads.post(provider, "bounced", key=str(message.pk))


def _untouched(message: Message) -> bool:
    message.refresh_from_db()
    return message.state == "sent" and not Suppression.objects.exists()


def test_it_is_an_address_of_the_tenant_that_nobody_guesses(north: Any) -> None:
    here, other = account(), account("brevo", brand=cast.main_brand())

    assert re.fullmatch(rf"http://north\.test(:\d+)?/mail-reports/{here.pk}/rpt_[\w-]{{43}}", reports_url(here))
    assert path_of(here).rpartition("/")[2] != path_of(other).rpartition("/")[2]
    assert path_of(here).rpartition("/")[2] not in str(ChannelAccount.objects.values().get(pk=here.pk))


def test_wrong_addresses_are_answered_alike(north: Any, south: Any) -> None:
    here, message = account(), sent()
    other = account("brevo", brand=cast.main_brand())
    base, _, secret = path_of(here).rpartition("/")
    with use(south):
        foreign = account()
    wrong = [
        f"{base}/{secret[:-1]}",
        f"{base}/{secret}x",
        f"{base}/rpt_",
        f"{base}/%F0%9F%90%A7",
        f"{base}/{path_of(other).rpartition('/')[2]}",
        f"/mail-reports/{other.pk}/{secret}",
        f"/mail-reports/{foreign.pk}/{secret}",
        f"/mail-reports/0198c0de-7a00-7000-8000-0c11e0000003/{secret}",
    ]

    answers = [tell(north, path, _bounce(message)) for path in wrong]

    assert {(a.status_code, a.json()["code"], a.json()["detail"]) for a in answers} == {
        (404, "not_found", "There is nothing at this address. /docs/ lists the endpoints of the API.")
    }
    assert tell(north, f"/mail-reports/x/{secret}", _bounce(message)).status_code == 404
    path, post = path_of(here), _bounce(message)
    with use(south):
        assert tell(south, path, post).status_code == 404, "at another tenant's host"
    assert _untouched(message)
    assert tell(north, here, _bounce(message)).status_code == 200
    assert not _untouched(message)


def test_another_tenant_s_provider_says_nothing_of_ours(north: Any, south: Any) -> None:
    message = sent(NAMES["postmark"])
    with use(south):
        path = path_of(account())

    for key, name in ((str(message.pk), ""), ("", NAMES["postmark"])):
        assert tell(south, path, payloads.post("postmark", "bounced", key=key, name=name)).status_code == 200

    with use(north):
        assert _untouched(message)


def test_a_brand_s_provider_says_nothing_of_another_brand_s_mails(north: Any) -> None:
    kids = account(brand=cast.make_brand())
    message = sent(NAMES["postmark"])

    for key, name in ((str(message.pk), ""), ("", NAMES["postmark"])):
        assert tell(north, kids, payloads.post("postmark", "bounced", key=key, name=name)).status_code == 200
        assert _untouched(message)

    assert tell(north, account(), _bounce(message)).status_code == 200
    assert not _untouched(message)


def test_a_mail_s_provider_says_nothing_of_an_sms(north: Any) -> None:
    here, message = account(), sent(NAMES["postmark"])
    Message.objects.update(channel="sms")

    assert tell(north, here, _bounce(message)).status_code == 200
    assert _untouched(message)


def test_of_what_was_never_handed_over_nothing_is_believed(north: Any) -> None:
    here, message = account(), sent()
    Message.objects.update(state="planned", attempts=0, sent_at=None)

    assert tell(north, here, _bounce(message)).status_code == 200
    assert not Suppression.objects.exists()
    assert Message.objects.get(pk=message.pk).state == "planned"


def test_it_takes_posts_and_says_whether_it_is_there(north: Any) -> None:
    here, nothing = account(), payloads.Post(b"")

    assert tell(north, here, nothing, method="HEAD").status_code == 200
    assert tell(north, f"{path_of(here)}x", nothing, method="HEAD").status_code == 404
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        answer = tell(north, here, nothing, method=method)
        assert (answer.status_code, answer["Allow"]) == (405, "POST, HEAD")
    assert not answer.cookies


_DEEP = b"[" * 100_000
BODIES = [
    b"", b"null", b"7", b'"text"', b"[]7", b"{", b"\xff\xfe", b"[null]", b"[[]]", b'[{"event": null}]', b"{}", _DEEP,
    b'{"event": {}, "MessageID": [], "RecordType": [], "type": {}, "signature": [], "msys": 1}',
    b'[{"event": "bounce", "timestamp": 1e400, "time": 1e400, "msys": {"a": {"type": []}, "b": {}}}]',
    b'[{"event": "sent", "time": "now", "Payload": "[1]", "email": {}, "MessageID": {}}]',
    b'{"RecordType": "Bounce", "BouncedAt": 5, "Type": {}, "Metadata": [], "ID": {}}',
    b'{"RecordType": "Delivery", "DeliveredAt": "2026-11-20T10:00:00", "Metadata": {"slotkeeper_message": [1]}}',
    b'{"event": "delivered", "ts_epoch": "x", "X-Mailin-custom": "[]", "tags": 1, "message-id": {}}',
    b'{"event": "delivered", "message-id": "\\ud800\\u0000", "reason": "\\u0000\\ud800"}',
    b'{"type": "email.bounced", "created_at": 7, "data": {"headers": [{}], "bounce": {"message": 1}}}',
    b'{"items": []}', b'{"FromFull": {}}', b'[{"msys": {"relay_message": {}}}]',
]  # fmt: skip


@pytest.mark.parametrize("provider", payloads.EVENTS)
def test_what_is_in_no_form_of_the_provider_s_is_refused_and_breaks_nothing(north: Any, provider: str) -> None:
    here, message = account(provider), sent()

    for body in BODIES:
        try:
            signed = payloads.signed(provider, json.loads(body))
        except (ValueError, TypeError, RecursionError):
            signed = payloads.Post(body)
        for post in (signed, payloads.Post(body)):
            answer = tell(north, here, post)
            assert answer.status_code in {200, 400, 403}, (body, answer.content)
    form = tell(north, here, payloads.Post(b"a=b&event=bounced"), content_type="application/x-www-form-urlencoded")
    assert form.status_code in {400, 403}
    assert tell(north, here, payloads.Post(b" " * (1024 * 1024 + 1))).status_code == 413
    assert _untouched(message)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"7", b"[null]", _DEEP])
def test_it_is_400_in_words_of_ours(north: Any, body: bytes) -> None:
    answer = tell(north, account(), payloads.Post(body))

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_new_address_ends_the_old_one(north: Any) -> None:
    here, message = account(), sent()
    old = path_of(here)
    tell(north, here, payloads.post("postmark", "opened"))
    assert ChannelAccount.objects.get().reported_at is not None

    after = rotate_reports_secret(account=here)

    assert (after.version, after.reported_at) == (2, None)
    assert tell(north, old, _bounce(message)).status_code == 404
    assert _untouched(message)
    assert tell(north, after, _bounce(message)).status_code == 200
    assert not _untouched(message)


def test_an_account_of_before_gets_its_address_by_the_same(north: Any) -> None:
    here = account()
    ChannelAccount.objects.update(reports_secret="")
    here.refresh_from_db()
    assert reports_url(here) == ""
    assert tell(north, f"/mail-reports/{here.pk}/rpt_", payloads.Post(b"{}")).status_code == 404

    assert reports_url(rotate_reports_secret(account=here))


def test_who_reports_nothing_has_no_address(north: Any) -> None:
    tokens = {"token_a": "T0NORTH", "token_b": "B0NORTH", "token_c": "sealed"}
    chat = set_up_channel(
        channel="chat", provider="slack", brand_id=None, values=tokens, is_active=False, now=datetime.now(tz=UTC)
    )

    assert (chat.reports_secret, reports_url(chat)) == ("", "")
    with pytest.raises(NoReportsError):
        rotate_reports_secret(account=chat)


def test_while_the_platform_s_key_is_away_the_provider_tries_again(north: Any, settings: Any) -> None:
    here, message = account(), sent()
    path, kept = path_of(here), settings.SECRETS_KEYS
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]

    assert tell(north, path, _bounce(message)).status_code == 503
    assert reports_url(here) == ""

    settings.SECRETS_KEYS = kept
    assert tell(north, path, _bounce(message)).status_code == 200


def test_no_log_and_no_history_has_the_address(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    here, message = account(), sent()
    secret = path_of(here).rpartition("/")[2]
    with captured() as lines:
        tell(north, here, _bounce(message))
        tell(north, f"{path_of(here)}x", _bounce(message))
        tell(north, here, payloads.Post(b"{"))
        tell(north, here, payloads.Post(b""), method="GET")
        monkeypatch.setattr(mail_reports, "record_mail_events", lambda **_: 1 / 0)
        assert tell(north, here, _bounce(message)).status_code == 500
    rotate_reports_secret(account=here)

    assert len(lines.of("request")) == 5
    assert {line["route"] for line in lines.of("request")} == {"/mail-reports/<uuid:account_id>/<str:secret>"}
    assert secret not in lines.text()
    assert payloads.TO not in lines.text()
    entries = str(list(AuditEntry.objects.values()))
    assert "reports_secret" in entries
    assert not any(word in entries for word in (secret, here.reports_secret, "gAAAAA"))


def test_the_audit_says_whose_provider_suppressed_an_address(north: Any) -> None:
    here, message = account(), sent()

    tell(north, here, _bounce(message))

    entry = AuditEntry.objects.get(subject_kind="suppression")
    assert entry.actor == f"channel_account:{here.pk}"
    assert entry.request_id


def test_who_reports_too_often_waits(north: Any, settings: Any) -> None:
    limits = {"mail_reports": parse_limit("2/m"), "mail_reports_address": parse_limit("6/m")}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}
    here, other = account(), account("brevo", brand=cast.main_brand())
    post = payloads.post("postmark", "opened")

    answers = [tell(north, here, post) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert tell(north, other, payloads.post("brevo", "opened")).status_code == 200
    guesses = [tell(north, f"{path_of(here)}{number}", post).status_code for number in range(4)]
    assert guesses == [404, 404, 404, 429], "of an address that asks, whatever it guesses"


def test_a_long_batch_is_taken_in_pieces(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_reports, "SECONDS", -1.0)
    here = account("sparkpost")
    messages = [sent(slot_at=cast.tomorrow_at(hour)) for hour in (9, 11, 14)]
    at = datetime.now(tz=UTC)
    batch = [payloads.EVENTS["sparkpost"]("bounced", str(m.pk), "", at)[0] for m in messages]

    answers = [tell(north, here, payloads.signed("sparkpost", batch)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].json()["code"], answers[0]["Retry-After"]) == ("too_many_reports", "5")
    assert [len(Message.objects.get(pk=m.pk).history) for m in messages] == [2, 2, 2]


def test_a_batch_looks_its_mails_up_at_once(north: Any, django_assert_num_queries: Any) -> None:
    here = account("sparkpost")
    ChannelAccount.objects.update(reported_at=datetime.now(tz=UTC) + timedelta(hours=1))
    here.refresh_from_db()
    at = datetime.now(tz=UTC)
    events = [MailEvent(key="", provider_id=f"{number}", kind=ReportKind.BOUNCED, at=at) for number in range(500)]

    with django_assert_num_queries(1):
        service.record_mail_events(account=here, events=events, deadline=0, now=at)


def test_a_provider_s_id_may_be_a_uuid(north: Any) -> None:
    message = sent(NAMES["postmark"])

    assert find_reported(reference=NAMES["postmark"]) == message
    assert find_reported(reference=str(message.pk)) == message
    assert find_reported(reference=f"<{message.pk}@north.test>") == message
