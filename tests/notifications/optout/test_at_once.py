"""Several at the same time, in transactions that commit."""

from typing import Any

import pytest

from notifications.models import Message, Suppression
from notifications.rules import Channel
from notifications.rules.reports import ReportKind
from notifications.rules.suppressions import SuppressionReason, SuppressionScope
from notifications.services.suppress import suppress
from notifications.services.unsubscribe import unsubscribe
from tenants.context import use
from tenants.resolution import resolve
from tests.notifications.optout import desk
from tests.support.committed import in_threads


@pytest.fixture
def north(own_database: str) -> Any:
    return resolve(host="north.test", number=None)


def test_of_many_who_unsubscribe_at_once_each_succeeds_and_there_is_one(north: Any) -> None:
    with use(north):
        message = desk.sent_message()

    def click() -> Any:
        with use(north):
            found = unsubscribe(message=Message.objects.get(pk=message.pk), now=desk.now())
            assert found is not None
            return found.pk

    clicked = in_threads(*[click] * 8)

    with use(north):
        assert set(clicked) == {Suppression.objects.get().pk}


def test_of_two_scopes_at_once_the_wider_stays(north: Any) -> None:
    def say(scope: SuppressionScope) -> Any:
        def run() -> Any:
            with use(north):
                return suppress(
                    channel=Channel.EMAIL,
                    address="bob@example.com",
                    brand_id=None,
                    reason=SuppressionReason.BOUNCED,
                    scope=scope,
                    now=desk.now(),
                )

        return run

    in_threads(*[say(scope) for scope in (*SuppressionScope, *SuppressionScope, *SuppressionScope)])

    with use(north):
        assert Suppression.objects.get().scope == "everything"


def test_of_many_equal_reports_at_once_one_is_written_down(north: Any) -> None:
    with use(north):
        message = desk.sent_message()

    def bounce() -> Any:
        with use(north):
            return desk.report(message, ReportKind.BOUNCED).state

    assert set(in_threads(*[bounce] * 6)) == {"bounced"}
    with use(north):
        message.refresh_from_db()
        assert len([line for line in message.history if "report" in line]) == 1
        assert Suppression.objects.count() == 1


def test_without_the_constraint_there_would_be_two(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows the race: the look before the insert alone does not see another's."""
    import threading

    from notifications.services import suppress as module

    barrier, look = threading.Barrier(2), module._locked
    seen = []

    def look_together(same: Any) -> Any:
        found = look(same)
        if found is None:
            seen.append(same)
            barrier.wait(timeout=20)
        return found

    monkeypatch.setattr(module, "_locked", look_together)

    def say() -> Any:
        with use(north):
            return suppress(
                channel=Channel.EMAIL,
                address="bob@example.com",
                brand_id=None,
                reason=SuppressionReason.MANUAL,
                scope=SuppressionScope.EVERYTHING,
                now=desk.now(),
            ).pk

    assert len(set(in_threads(say, say))) == 1
    assert len(seen) == 2
