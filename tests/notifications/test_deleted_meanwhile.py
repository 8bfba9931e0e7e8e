"""What somebody else deletes between a request's look and its lock is not there: an answer like any other."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from notifications.models import ChannelAccount, Rule, Template
from notifications.services.change_rule import archive_rule
from tests.notifications.channels.accounts import MAIL
from tests.support import cast
from tests.support.http import Rest


def _template() -> str:
    rule = Rule.objects.get(event="booked")
    made = Template.objects.create(rule=rule, language="de", subject="Termin", text="Guten Tag")
    return f"/v1/notification-templates/{made.pk}"


def _account() -> str:
    made = ChannelAccount.objects.create(channel="email", provider="resend", settings=MAIL["resend"])
    return f"/v1/channel-accounts/{made.pk}"


def _rule() -> str:
    return f"/v1/notification-rules/{Rule.objects.get(event='booked').pk}"


def _end_rules() -> None:
    for rule in Rule.objects.kept():
        archive_rule(rule=rule, now=datetime.now(tz=UTC))


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("module", "make", "delete", "changes"),
    [
        ("templates", _template, lambda: Template.objects.all().delete(), {"subject": "Neu"}),
        ("accounts", _account, lambda: ChannelAccount.objects.all().delete(), {"is_active": False}),
        ("rules", _rule, _end_rules, {"name": "Neu"}),
    ],
)
def test_it_is_not_found(  # noqa: PLR0917 - a table and the fixtures
    module: str, make: Callable[[], str], delete: Callable[[], Any], changes: Any, method: str, north: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    at, view = make(), import_module(f"notifications.api.{module}")
    expected_versions = view.expected_versions

    def while_it_is_deleted(*args: Any, **options: Any) -> Any:
        delete()
        return expected_versions(*args, **options)

    monkeypatch.setattr(view, "expected_versions", while_it_is_deleted)
    rest = Rest(north, cast.make_token())

    answer = rest.request(method, at, changes if method == "PATCH" else None, headers={"If-Match": '"1"'})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
