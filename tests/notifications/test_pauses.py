"""A channel is left alone when its server is gone, and not for one message that its server can't swallow."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from notifications.channels.errors import UnreachableError
from notifications.models import Message
from notifications.services import pauses
from notifications.services import send_due as sending
from notifications.services.next_due import next_due_here
from tenants.leases import database_now
from tests.notifications import scene
from tests.support import cast


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Answers as told, one message after the other, then well; answers the addresses it was given."""
    taken: list[str] = []

    def answers(*how: str) -> list[str]:
        script = iter(how)

        class Session:
            def send(self, outgoing: Any) -> str:
                taken.append(outgoing.reader.address)
                if next(script, "well") == "gone":
                    raise UnreachableError("It can't be reached.")
                return ""

            def close(self) -> None:
                return

        monkeypatch.setattr(sending, "SESSIONS", {"email": Session})
        return taken

    return answers


def test_one_mail_that_breaks_the_connection_holds_up_nobody(north: Any, server: Callable[..., list[str]]) -> None:
    scene.book_many(4)
    taken = server("well", "gone")

    scene.send_due()

    assert len(taken) == 4
    assert sorted(scene.states()) == ["failed", "sent", "sent", "sent"]
    assert not pauses.paused()


def test_two_in_a_row_and_the_channel_is_left_alone(north: Any, server: Callable[..., list[str]]) -> None:
    scene.book_many(4)
    taken = server("gone", "gone", "gone")

    scene.send_due()

    assert len(taken) == 2
    assert sorted(scene.states()) == ["failed", "failed", "planned", "planned"]
    assert list(pauses.paused()) == [("email", cast.main_brand().pk)]


def test_what_works_in_between_makes_the_next_failure_the_first_again(
    north: Any, server: Callable[..., list[str]]
) -> None:
    scene.book_many(6)
    taken = server("gone", "well", "gone", "well", "gone")

    scene.send_due()

    assert len(taken) == 6
    assert not pauses.paused()


def test_a_pause_ends_with_the_first_success(north: Any) -> None:
    brand_id = cast.main_brand().pk
    assert [pauses.pause("email", brand_id) for _ in range(3)] == [False, True, True]

    pauses.resume("email", brand_id)

    assert not pauses.paused()
    assert not pauses.pause("email", brand_id)


def test_what_works_for_one_brand_says_nothing_of_anothers_channel(
    north: Any, server: Callable[..., list[str]]
) -> None:
    """Red where one session in use for both counts as both working: the other's failure would still be remembered."""
    kids = cast.make_brand("kids")
    _, second = scene.book_many(2)
    Message.objects.filter(subject_id=second.pk).update(brand=kids)
    pauses.pause("email", kids.pk)
    server("well", "well")

    scene.send_due()

    assert scene.states() == ["sent", "sent"]
    assert not pauses.pause("email", kids.pk)  # the first again


def test_when_only_paused_messages_wait_the_tenant_is_due_when_the_pause_ends(north: Any) -> None:
    scene.book()
    brand_id = cast.main_brand().pk
    pauses.pause("email", brand_id)
    pauses.pause("email", brand_id)
    ((_, seconds),) = pauses.paused().items()

    due_at = next_due_here()

    assert due_at is not None
    assert timedelta(0) < due_at - database_now() <= timedelta(seconds=seconds)
