"""What came of a message: written down once, in whatever order it is told, and what follows for the address."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from notifications.channels.email.transport import EmailSession
from notifications.errors import MessageNotRetriableError
from notifications.models import Message, Suppression
from notifications.rules import Why
from notifications.rules.reports import SOFT_BOUNCES, ReportKind
from notifications.services import send_due as sending
from notifications.services.record_delivery import NeverSentError
from notifications.services.retry_message import retry_message
from notifications.services.unsubscribe import resubscribe
from tenants.leases import give_back
from tests.notifications import scene
from tests.notifications.optout import desk
from tests.support import cast

BOUNCED, SOFT, COMPLAINED = ReportKind.BOUNCED, ReportKind.SOFT_BOUNCED, ReportKind.COMPLAINED
DELIVERED = ReportKind.DELIVERED


@pytest.fixture
def message(north: Any) -> Message:
    return desk.sent_message()


def _list() -> list[tuple[str, str]]:
    return list(Suppression.objects.active().order_by("created_at").values_list("reason", "scope"))


def _told(message: Message) -> list[tuple[str, str, str]]:
    return [(line["state"], line["why"], line["report"]) for line in message.history if "report" in line]


def test_a_bounce_for_ever_ends_all_mail_to_the_address(message: Message) -> None:
    after = desk.report(message, BOUNCED, "550 5.1.1 No such user")

    assert (after.state, after.why, after.reason) == ("bounced", "bounced", "Bounced: 550 5.1.1 No such user")
    assert _told(after) == [("bounced", "bounced", "bounced")]
    found = Suppression.objects.get()
    assert (found.address, found.scope, found.message_id) == (message.address, "everything", message.pk)
    assert found.note == "550 5.1.1 No such user"


def test_what_is_essential_goes_to_a_bounced_address_neither(message: Message) -> None:
    desk.report(message, BOUNCED)
    client = message.recipient.client  # type: ignore[union-attr]
    scene.cancel(scene.book(client=client, slot_at=cast.tomorrow_at(14)))

    scene.send_due()

    assert len(mail.outbox) == 1
    assert Message.objects.get(event="cancelled").why == Why.BOUNCED


def test_a_complaint_leaves_the_state_and_what_is_essential(message: Message) -> None:
    after = desk.report(message, COMPLAINED)

    assert (after.state, after.why, _list()) == ("sent", "complained", [("complained", "non_essential")])


def test_a_delivery_is_written_down_and_nothing_else(message: Message) -> None:
    after = desk.report(message, DELIVERED, "250 OK")

    assert (after.state, after.why, _told(after), _list()) == ("sent", "", [("sent", "", "delivered")], [])


@pytest.mark.parametrize("kind", list(ReportKind))
def test_the_same_again_changes_nothing(message: Message, kind: ReportKind) -> None:
    first = desk.report(message, kind)
    stand = _list()

    assert desk.report(message, kind).history == first.history
    assert _list() == stand


def test_a_repeated_report_does_not_undo_what_people_said_since(message: Message) -> None:
    desk.report(message, COMPLAINED)
    Suppression.objects.update(ended_at=desk.now())

    desk.report(message, COMPLAINED)
    resubscribe(message=message, now=desk.now())

    assert _list() == []


def test_bounces_for_now_count_only_in_a_row(north: Any) -> None:
    desk.make_optional()
    client = cast.make_client()
    messages = []
    for number in range(SOFT_BOUNCES + 1):
        booking = scene.book(client=client, slot_at=cast.tomorrow_at(9, days=1 + number))
        scene.send_due()
        messages.append(scene.message_about(booking))
    first, arrived, *last = messages

    for message in (first, *last):
        assert desk.report(message, SOFT).state == "bounced"
    assert arrived.state == "sent"
    assert _list() == []

    desk.report(arrived, SOFT)
    assert _list() == []  # by then the two before it, of which there is one
    extra = scene.book(client=client, slot_at=cast.tomorrow_at(15))
    scene.send_due()
    desk.report(scene.message_about(extra), SOFT)
    assert _list() == [("bounced", "non_essential")]


def test_one_for_ever_widens_what_those_for_now_did(north: Any) -> None:
    desk.make_optional()
    client = cast.make_client()
    for number in range(SOFT_BOUNCES):
        booking = scene.book(client=client, slot_at=cast.tomorrow_at(9, days=1 + number))
        scene.send_due()
        desk.report(scene.message_about(booking), SOFT)
    assert _list() == [("bounced", "non_essential")]

    desk.report(scene.message_about(booking), BOUNCED)

    assert _list() == [("bounced", "everything")]
    assert Suppression.objects.get().version == 2


def test_other_peoples_bounces_are_theirs(north: Any) -> None:
    desk.make_optional()
    for booking in scene.book_many(SOFT_BOUNCES):
        scene.send_due()
        desk.report(scene.message_about(booking), SOFT)

    assert _list() == []


@pytest.mark.parametrize("order", [(SOFT, DELIVERED), (DELIVERED, SOFT)])
def test_delivered_in_the_end_it_is_sent_whatever_came_first(message: Message, order: Any) -> None:
    for kind in order:
        message = desk.report(message, kind)

    assert (message.state, len(_told(message))) == ("sent", 2)


@pytest.mark.parametrize("order", [(BOUNCED, DELIVERED), (DELIVERED, BOUNCED)])
def test_what_bounced_for_ever_stays_bounced(message: Message, order: Any) -> None:
    for kind in order:
        message = desk.report(message, kind)

    assert (message.state, _list()) == ("bounced", [("bounced", "everything")])


@pytest.mark.parametrize(("kind", "state"), [(BOUNCED, "bounced"), (DELIVERED, "sent")])
def test_told_before_the_worker_could_write_it_down_nothing_is_lost(
    north: Any, monkeypatch: pytest.MonkeyPatch, kind: ReportKind, state: str
) -> None:
    booking = scene.book()
    send = EmailSession.send

    def reported_at_once(session: Any, outgoing: Any) -> str:
        provider_id = send(session, outgoing)
        assert desk.report(outgoing.message, kind, "at once").state == state
        return provider_id

    monkeypatch.setattr(EmailSession, "send", reported_at_once)
    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.lease_until) == (state, None)
    assert message.provider_id == f"<{message.pk}@north.test>"
    assert message.address == booking.client.person.email
    assert message.sent_at is not None
    assert [kind for _, _, kind in _told(message)] == [kind.value]
    assert scene.send_due() == 0


@pytest.mark.parametrize("kind", [BOUNCED, DELIVERED])
def test_of_a_worker_that_was_killed_the_report_ends_the_retries(
    north: Any, monkeypatch: pytest.MonkeyPatch, kind: ReportKind
) -> None:
    booking = scene.book()
    with monkeypatch.context() as killed:
        killed.setattr(sending, "mark_sent", lambda *_a, **_k: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            scene.send_due()
    message = scene.message_about(booking)
    assert message.state == "sending"

    desk.report(message, kind)
    Message.objects.filter(state="sending").update(lease_until=desk.now() - timedelta(seconds=1))

    assert scene.send_due() == 0
    assert len(mail.outbox) == 1


def test_what_was_superseded_since_stays_so_and_its_bounce_counts(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(state="superseded", why="changed")

    after = desk.report(message, BOUNCED)

    assert (after.state, _told(after)) == ("superseded", [("superseded", "changed", "bounced")])
    assert _list() == [("bounced", "everything")]


@pytest.mark.parametrize(("kind", "state"), [(DELIVERED, "sent"), (BOUNCED, "dead")])
def test_what_was_given_up_had_arrived_where_its_delivery_is_told(north: Any, kind: ReportKind, state: str) -> None:
    """Its server took it, and the connection broke before it could say so, until there were no tries left."""
    message = scene.message_about(scene.book())
    sending.claim_due(limit=1)
    Message.objects.update(state="dead", why="unreachable", reason="Given up.", lease_until=None)

    after = desk.report(message, kind)

    assert after.state == state
    assert [(line["state"], line["report"]) for line in after.history] == [(state, kind.value)]
    if kind is DELIVERED:
        assert (after.why, after.reason, after.address) == ("", "", message.recipient.email)  # type: ignore[union-attr]
        assert after.sent_at is not None
        with pytest.raises(MessageNotRetriableError):
            retry_message(message_id=message.pk, by="user:1", now=after.sent_at)


def test_nothing_comes_of_what_was_never_sent(north: Any) -> None:
    message = scene.message_about(scene.book())

    with pytest.raises(NeverSentError):
        desk.report(message, BOUNCED)

    message.refresh_from_db()
    assert (message.state, _list()) == ("planned", [])


def test_it_is_the_brands_own_list(message: Message) -> None:
    desk.report(message, BOUNCED)

    assert Suppression.objects.get().brand_id == message.brand_id


def test_what_is_sent_again_may_come_back_again(message: Message) -> None:
    """Red where each kind is told once for ever: the second bounce would leave it `sent`."""
    desk.report(message, BOUNCED)
    Suppression.objects.update(ended_at=desk.now())
    Message.objects.filter(pk=message.pk).update(address="new@example.com")
    retry_message(message_id=message.pk, by="user:1", now=desk.now())

    assert desk.report(message, BOUNCED).state == "planned"  # of the first one, told again
    assert _list() == []
    scene.send_due()
    message.refresh_from_db()
    assert message.state == "sent"

    after = desk.report(message, BOUNCED)
    assert (after.state, _list()) == ("bounced", [("bounced", "everything")])


def test_what_a_worker_gave_back_after_a_try_may_have_arrived(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red where only failed messages count as tried: it would be sent to its reader once more."""
    message = scene.message_about(scene.book())
    monkeypatch.setattr(EmailSession, "send", lambda *_: 1 / 0)
    scene.send_due()
    scene.make_due(message)
    give_back(Message, [message.pk for message in sending.claim_due(limit=1)])
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("planned", 1)

    assert desk.report(message, DELIVERED).state == "sent"
