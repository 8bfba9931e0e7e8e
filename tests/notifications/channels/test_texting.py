"""SMS, push and chat: what each provider is asked, and what its answers mean. Real HTTP, to this machine."""

from typing import Any
from urllib.parse import unquote_plus

import pytest

from notifications.channels.apprise_link import Notice, _GuardedRequests
from notifications.channels.errors import PermanentFailureError, SendingError, TransientFailureError, UnreachableError
from notifications.channels.fields import checked
from notifications.channels.outgoing import Text
from notifications.channels.tables import PROVIDERS
from tests.notifications.channels.accounts import CANARY, CHAT, PUSH, SMS
from tests.notifications.channels.servers import Provider
from tests.support.smtp import free_port

TEXT = Text(subject="Tomorrow", text="Your session is tomorrow at 10:00 <b>EST</b>.")
# Whom each provider is asked for, where, and what it calls the message.
ASKED = {
    "twilio": ("api.twilio.com", f"/2010-04-01/Accounts/AC{32 * 'a'}/Messages.json", {"sid": "SM1"}, "SM1"),
    "vonage": ("rest.nexmo.com", "/sms/json", {"messages": [{"status": "0", "message-id": "V1"}]}, "V1"),
    "messagebird": ("rest.messagebird.com", "/messages", {"id": "M1"}, "M1"),
    "sinch": ("eu.sms.api.sinch.com", f"/xms/v1/{16 * 'a'}/batches", {"id": "S1"}, "S1"),
    "clicksend": (
        "rest.clicksend.com", "/v3/sms/send",
        {"data": {"messages": [{"status": "SUCCESS", "message_id": "C1"}]}}, "C1",
    ),
    "ntfy": ("ntfy.example.com:8443", "/", {"id": "N1"}, "N1"),
    "pushover": ("api.pushover.net", "/1/messages.json", {"status": 1, "request": "P1"}, "P1"),
    "gotify": ("gotify.example.com", "/sub/message", {"id": 5}, "5"),
    "slack": ("hooks.slack.com", f"/services/T123456/B123456/{CANARY}", b"ok", ""),
    "telegram": (
        "api.telegram.org", f"/bot123456:{CANARY}/sendMessage",
        {"ok": True, "result": {"message_id": 7}}, "7",
    ),
    "teams": (
        "prod-1.westeurope.logic.azure.com:443", "/workflows/flow12345/triggers/manual/paths/invoke", {}, "",
    ),
    "discord": ("discord.com", f"/api/webhooks/12345678/{CANARY}", {}, ""),
    "google_chat": ("chat.googleapis.com", "/v1/spaces/space12345/messages", {}, ""),
    "mattermost": ("chat.example.com", f"/hooks/{CANARY}", b"ok", ""),
}  # fmt: skip
ACCOUNTS = {key: (channel, values) for channel, table in (("sms", SMS), ("push", PUSH), ("chat", CHAT))
            for key, values in table.items()}  # fmt: skip
each_provider = pytest.mark.parametrize("key", ASKED)


def _send(key: str, monkeypatch: Any, *, text: Text = TEXT) -> str:
    channel, values = ACCOUNTS[key]
    provider = PROVIDERS[channel][key]
    with monkeypatch.context() as names:
        # No name server is asked in a test.
        names.setattr("notifications.channels.fields.look_up", lambda *_: ["127.0.0.1"])
        values = checked(provider.fields, values)
    link = provider.link(values)
    try:
        target = "+15550100123" if channel == "sms" else values.get("target", "")
        return str(link.send(Notice(target=target, text=text, key="the-key")))
    finally:
        link.close()


def test_every_provider_is_tried() -> None:
    assert set(ASKED) == {key for channel in ("sms", "push", "chat") for key in PROVIDERS[channel]} == set(ACCOUNTS)


@each_provider
def test_it_is_asked_as_it_wants_and_its_id_is_kept(key: str, server: Provider, monkeypatch: Any) -> None:
    host, path, server.body, known_as = ASKED[key]

    assert _send(key, monkeypatch) == known_as

    asked = server.only
    assert (asked.host, asked.path) == (host, path)
    assert "10:00" in unquote_plus(asked.body.decode())
    assert asked.headers["idempotency-key"] == "the-key"


@pytest.mark.parametrize("key", SMS)
def test_an_sms_goes_to_the_number_whole_and_without_a_subject(key: str, server: Provider, monkeypatch: Any) -> None:
    server.body = ASKED[key][2]

    _send(key, monkeypatch, text=Text(subject="Tomorrow", text=f"{300 * 'x'} end"))

    body = server.only.body.decode()
    assert "15550100123" in body
    assert "end" in body
    assert "Tomorrow" not in body


@each_provider
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, PermanentFailureError),
        (401, UnreachableError),
        (403, UnreachableError),
        (429, TransientFailureError),
        (500, TransientFailureError),
        (503, TransientFailureError),
        (302, TransientFailureError),
    ],
)
def test_what_a_refusal_means_and_that_it_shows_no_secret(  # noqa: PLR0917 - two tables and the fixtures
    key: str, status: int, kind: type[SendingError], server: Provider, monkeypatch: Any, caplog: Any, capsys: Any
) -> None:
    # The worst case: the provider repeats what it was told.
    server.status, server.body = status, f"You said {ACCOUNTS[key][1]}".encode()
    server.headers = {"Location": f"http://127.0.0.1:{server.port}/elsewhere"}

    with pytest.raises(SendingError) as refused:
        _send(key, monkeypatch)

    assert type(refused.value) is kind
    assert str(status) in str(refused.value)
    assert "elsewhere" not in [asked.path for asked in server.asked]
    said = capsys.readouterr()
    for text in (str(refused.value), caplog.text, said.out, said.err):
        assert CANARY not in text
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("key", "answer", "says"),
    [
        ("vonage", {"messages": [{"status": "4", "error-text": f"Bad credentials {CANARY}"}]}, "Bad credentials …"),
        ("clicksend", {"data": {"messages": [{"status": "INVALID_RECIPIENT"}]}}, "INVALID_RECIPIENT"),
    ],
)
def test_a_refusal_that_looks_like_success_is_none(
    key: str, answer: Any, says: str, server: Provider, monkeypatch: Any
) -> None:
    server.body = answer

    with pytest.raises(PermanentFailureError, match=says):
        _send(key, monkeypatch)


@each_provider
def test_a_provider_that_is_gone_is_unreachable(key: str, server: Provider, monkeypatch: Any) -> None:
    server.port = free_port()

    with pytest.raises(UnreachableError, match="can't be reached") as refused:
        _send(key, monkeypatch)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("key", ["ntfy", "gotify", "mattermost"])
def test_a_server_on_this_machine_is_not_asked(key: str, server: Provider, monkeypatch: Any, settings: Any) -> None:
    settings.ALLOW_PRIVATE_TARGETS = False  # the detour leads to 127.0.0.1, as a rebinding name would

    with pytest.raises(UnreachableError, match="not a public server"):
        _send(key, monkeypatch)
    assert server.asked == []


def test_markup_in_a_text_is_text_for_telegram(server: Provider, monkeypatch: Any) -> None:
    server.body = ASKED["telegram"][2]

    _send("telegram", monkeypatch)

    assert "&lt;b&gt;EST&lt;/b&gt;" in server.only.json["text"]


def test_outside_of_a_message_a_plugin_asks_nobody() -> None:
    with pytest.raises(LookupError):
        _GuardedRequests().post("https://example.com/")
