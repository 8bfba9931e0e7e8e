"""/v1/channel-accounts: secrets go in and never come out; tests are sent by a worker."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications import tasks
from notifications.models import ChannelAccount
from notifications.services.try_channel import run_test
from tenants.ids import new_id
from tenants.throttling.rules import parse_limit
from tests.notifications.channels.accounts import ALL, CANARY
from tests.notifications.channels.servers import Provider
from tests.support import cast
from tests.support.http import Rest

HERE = "/v1/channel-accounts"


@pytest.fixture
def rest(north: Any) -> Rest:
    """A service of the whole tenant."""
    return Rest(north, cast.make_token())


@pytest.fixture
def brands_rest(north: Any) -> Rest:
    return Rest(north, cast.make_token(brand=cast.main_brand()))


def _body(channel: str = "email", provider: str = "mailgun", **changes: Any) -> dict[str, Any]:
    return {"channel": channel, "provider": provider, "brand_id": None, "settings": ALL[channel][provider], **changes}


def _made(rest: Rest, **changes: Any) -> Any:
    answer = rest.post(HERE, _body(**changes))
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_what_goes_in_comes_out_but_for_the_secrets(rest: Rest) -> None:
    answer = rest.post(HERE, _body())

    made = answer.json()
    assert answer.status_code == 201
    assert made["settings"] == {"sender_domain": "mg.example.com", "region": "eu"}
    assert set(made["secrets_set_at"]) == {"api_key"}
    assert made["is_active"] is True
    assert made["last_test"]["state"] == "none"
    changed = rest.patch(f"{HERE}/{made['id']}", {"settings": {"api_key": f"key-{CANARY}-2"}, "is_active": False})
    for seen in (answer, changed, rest.get(HERE), rest.get(f"{HERE}/{made['id']}")):
        assert seen.status_code in {200, 201}
        assert CANARY not in seen.content.decode()
        assert "gAAAAA" not in seen.content.decode()
    assert (changed.json()["version"], changed.json()["is_active"], changed["ETag"]) == (2, False, '"2"')
    assert rest.get(f"{HERE}?channel=sms").json()["data"] == []
    assert rest.delete(f"{HERE}/{made['id']}", headers={"If-Match": '"2"'}).status_code == 204
    assert not ChannelAccount.objects.exists()


def _ntfy(server: str) -> dict[str, Any]:
    return {"channel": "push", "provider": "ntfy", "settings": {"server": server, "target": "t"}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"provider": "json"}, "provider"),
        ({"provider": "twilio"}, "provider"),
        ({"settings": {}}, "settings.api_key"),
        ({"settings": {"api_key": f"key-{CANARY}", "sender_domain": "no domain"}}, "settings.sender_domain"),
        ({"settings": {"api_key": f"key-{CANARY}\x00", "sender_domain": "mg.example.com"}}, "settings.api_key"),
        ({"settings": {"api_key": "x" * 501, "sender_domain": "mg.example.com"}}, "settings.api_key"),
        ({"settings": {"api_key": 5, "sender_domain": "mg.example.com"}}, "settings.api_key"),
        ({"settings": {"api_key": {"a": "b"}, "sender_domain": "mg.example.com"}}, "settings.api_key"),
        ({"settings": "all"}, "settings"),
        ({"settings": {"api_url": "http://127.0.0.1/"}}, "settings.api_url"),
        ({"provider": "smtp", "settings": {"host": "127.0.0.1"}}, "settings.host"),
        ({"provider": "smtp", "settings": {"host": "mail.example.com\r\nX: y"}}, "settings.host"),
        (_ntfy("http://ntfy.sh"), "settings.server"),
        (_ntfy("https://u:p@ntfy.sh"), "settings.server"),
        (_ntfy("file:///etc/passwd"), "settings.server"),
        (_ntfy("https://127.0.0.1"), "settings.server"),
        ({"brand_id": "main"}, "brand_id"),
        ({"is_active": "yes"}, "is_active"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_its_value_is_not_repeated(rest: Rest, changes: Any, field: str) -> None:
    answer = rest.post(HERE, {**_body(), **changes})

    assert answer.status_code in {400, 422}, answer.content
    assert field in str(answer.json())
    assert CANARY not in answer.content.decode()
    assert not ChannelAccount.objects.exists()


def test_a_brands_application_sets_up_its_own_brand_alone(rest: Rest, brands_rest: Rest) -> None:
    whole = _made(rest)
    kids = cast.make_brand()

    assert brands_rest.post(HERE, _body()).json()["code"] == "foreign_brand"
    assert brands_rest.post(HERE, _body(brand_id=str(kids.pk))).json()["code"] == "foreign_brand"
    own = _made(brands_rest, brand_id=str(cast.main_brand().pk))
    assert [account["id"] for account in brands_rest.get(HERE).json()["data"]] == [own["id"]]
    other = _made(rest, brand_id=str(kids.pk))
    assert {account["id"] for account in rest.get(HERE).json()["data"]} == {own["id"], whole["id"], other["id"]}
    for answer in (
        brands_rest.get(f"{HERE}/{whole['id']}"),
        brands_rest.get(f"{HERE}/{other['id']}"),
        brands_rest.patch(f"{HERE}/{whole['id']}", {"is_active": False}),
        brands_rest.delete(f"{HERE}/{whole['id']}", headers={"If-Match": "*"}),
        brands_rest.post(f"{HERE}/{whole['id']}/test", {"to": "me@example.com"}),
    ):
        assert answer.status_code == 404
    assert rest.post(HERE, _body(provider="resend", settings=ALL["email"]["resend"])).json()["code"] == "channel_taken"


def test_at_a_brands_host_there_is_that_brand_alone(north: Any, rest: Rest) -> None:
    """Also for who else speaks for all of them."""
    whole, kids = _made(rest), cast.make_brand()
    own, other = _made(rest, brand_id=str(kids.pk)), _made(rest, brand_id=str(cast.main_brand().pk))
    host = cast.brand_host(north, kids)

    assert [account["id"] for account in rest.get(HERE, host=host).json()["data"]] == [own["id"]]
    for foreign in (whole, other):
        assert rest.patch(f"{HERE}/{foreign['id']}", {"is_active": False}, host=host).status_code == 404
    assert rest.post(HERE, _body(channel="sms", provider="twilio"), host=host).json()["code"] == "foreign_brand"


def test_a_brand_that_there_is_not_is_named(rest: Rest) -> None:
    answer = rest.post(HERE, _body(brand_id=str(new_id())))

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["brand_id"])


def test_a_version_is_asked_for_and_checked(rest: Rest) -> None:
    made = _made(rest)

    assert rest.patch(f"{HERE}/{made['id']}", {}, if_match=None).status_code == 428
    assert rest.patch(f"{HERE}/{made['id']}", {}, if_match='"7"').status_code == 412
    assert rest.delete(f"{HERE}/{made['id']}").status_code == 428


def _test(rest: Rest, account_id: str, to: str) -> Any:
    answer = rest.post(f"{HERE}/{account_id}/test", {"to": to})
    assert answer.status_code == 202, answer.content
    assert answer.json()["last_test"]["state"] == "under_way"
    run_test(account_id=ChannelAccount.objects.get().pk, now=datetime.now(tz=UTC))
    return rest.get(f"{HERE}/{account_id}").json()["last_test"]


@pytest.mark.parametrize(
    ("channel", "provider", "to", "body"),
    [
        ("email", "mailgun", "me@example.com", {"id": "<G1>", "message": "Queued."}),
        ("sms", "twilio", "+49 30 1234567", {"sid": "SM1"}),
        ("push", "gotify", "", {"id": 5}),
        ("chat", "mattermost", "", b"ok"),
    ],
)
def test_a_test_message_is_sent_and_its_end_is_told(  # noqa: PLR0917 - a table and the fixtures
    rest: Rest, server: Provider, monkeypatch: Any, channel: str, provider: str, to: str, body: Any
) -> None:
    monkeypatch.setattr("notifications.channels.fields.look_up", lambda *_: ["127.0.0.1"])
    made = _made(rest, channel=channel, provider=provider, settings=ALL[channel][provider], is_active=False)
    server.body = body

    assert _test(rest, made["id"], to)["state"] == "ok"
    assert b"test" in server.only.body

    server.status, server.body = 401, f"No: {list(ALL[channel][provider].values())}".encode()
    failed = _test(rest, made["id"], to)
    assert failed["state"] == "failed"
    assert "refuses the account (401)" in failed["text"]
    assert CANARY not in str(failed)


@pytest.mark.parametrize(("channel", "provider", "to"), [("email", "mailgun", "nobody"), ("sms", "twilio", "030 123")])
def test_a_test_needs_an_address_that_can_be_one(rest: Rest, channel: str, provider: str, to: str) -> None:
    made = _made(rest, channel=channel, provider=provider, settings=ALL[channel][provider])

    for wrong in (to, ""):
        answer = rest.post(f"{HERE}/{made['id']}/test", {"to": wrong})
        assert answer.status_code in {400, 422}
        assert "to" in answer.json()["errors"] or "to" in str(answer.json())


def test_tests_are_few(rest: Rest, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "channel_tests": parse_limit("2/m")}
    made = _made(rest)
    answers = [rest.post(f"{HERE}/{made['id']}/test", {"to": "me@example.com"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["code"] == "too_many_tests"
    assert int(answers[2]["Retry-After"]) > 0


def test_a_test_that_no_worker_takes_up_is_not_under_way_for_ever(rest: Rest, server: Provider) -> None:
    made = _made(rest)
    rest.post(f"{HERE}/{made['id']}/test", {"to": "me@example.com"})
    ChannelAccount.objects.update(test_asked_at=datetime.now(tz=UTC) - timedelta(minutes=2))

    assert rest.get(f"{HERE}/{made['id']}").json()["last_test"]["state"] == "unanswered"
    run_test(account_id=ChannelAccount.objects.get().pk, now=datetime.now(tz=UTC))
    assert server.asked == []


def test_the_task_carries_no_address_and_no_secret(
    rest: Rest, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(tasks.test_channel, "apply_async", lambda **options: sent.append(options))
    made = _made(rest)

    with django_capture_on_commit_callbacks(execute=True):
        rest.post(f"{HERE}/{made['id']}/test", {"to": "me@example.com"})

    assert [options["args"] for options in sent] == [[made["id"]]]


def _report_secret(answer: Any) -> str:
    url = answer.json()["reports_url"]
    assert url.startswith("http://north.test"), answer.json()
    return str(url.rpartition("/")[2])


def test_the_address_for_reports_is_for_those_who_may_write(rest: Rest, north: Any) -> None:
    made = rest.post(HERE, _body(), headers={"Idempotency-Key": "once"})
    here = f"{HERE}/{made.json()['id']}"
    secret = _report_secret(made)
    reader = Rest(north, cast.make_token(scopes=["read:channels"]))

    assert _report_secret(rest.get(here)) == secret
    assert [account["reports_url"] for account in rest.get(HERE).json()["data"]] == [made.json()["reports_url"]]
    for seen in (reader.get(here), reader.get(HERE)):
        assert seen.status_code == 200
        assert secret not in seen.content.decode()
    again = rest.post(HERE, _body(), headers={"Idempotency-Key": "once"})
    assert (again.status_code, again.json()["reports_url"]) == (201, None), "stored with the answer"
    assert again.json()["id"] == made.json()["id"]


def test_the_address_for_reports_is_changed_by_its_version(rest: Rest, brands_rest: Rest) -> None:
    made = rest.post(HERE, _body())
    here = f"{HERE}/{made.json()['id']}"

    changed = rest.post(f"{here}/rotate-reports-url", headers={"If-Match": '"1"'})

    assert (changed.status_code, changed["ETag"], changed.json()["version"]) == (200, '"2"', 2)
    assert _report_secret(changed) != _report_secret(made)
    assert _report_secret(changed) == _report_secret(rest.get(here))
    assert rest.post(f"{here}/rotate-reports-url", headers={"If-Match": '"1"'}).status_code == 412
    assert brands_rest.post(f"{here}/rotate-reports-url").status_code == 404


def test_of_a_chat_nothing_is_reported(rest: Rest) -> None:
    made = _made(rest, channel="chat", provider="slack", settings=ALL["chat"]["slack"])

    assert made["reports_url"] is None
    refused = rest.post(f"{HERE}/{made['id']}/rotate-reports-url")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_reports")
