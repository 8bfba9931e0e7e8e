"""Who is not written to, of what, and that it is looked at as late as can be."""

from typing import Any

import pytest
from django.core import mail

from notifications.channels.email.transport import EmailSession
from notifications.models import Message, Rule, Suppression
from notifications.rules.suppressions import SuppressionReason, SuppressionScope
from notifications.services import send_due as sending
from notifications.services.end_suppression import end_suppression
from notifications.services.unsubscribe import unsubscribe
from tenants.context import use
from tests.notifications import scene
from tests.notifications.optout import desk
from tests.support import cast

EVERYTHING, NON_ESSENTIAL = SuppressionScope.EVERYTHING, SuppressionScope.NON_ESSENTIAL


@pytest.mark.parametrize(
    ("reason", "why"),
    [("unsubscribed", "unsubscribed"), ("bounced", "bounced"), ("complained", "complained"), ("manual", "suppressed")],
)
def test_a_suppressed_address_gets_nothing_and_staff_sees_why(north: Any, reason: str, why: str) -> None:
    booking = scene.book()
    desk.suppressed(booking, SuppressionReason(reason), EVERYTHING)

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.why, message.lease_until) == ("cancelled", why, None)
    assert message.reason.endswith(".")
    assert [line["why"] for line in message.history] == [why]
    assert mail.outbox == []


def test_who_has_unsubscribed_still_gets_what_is_essential(north: Any) -> None:
    booking = scene.book()
    desk.suppressed(booking, SuppressionReason.UNSUBSCRIBED, NON_ESSENTIAL)

    scene.send_due()

    assert scene.message_about(booking).state == "sent"
    assert [sent.to for sent in mail.outbox] == [[booking.client.person.email]]


def test_who_has_unsubscribed_gets_nothing_else(north: Any) -> None:
    desk.make_optional()
    booking = scene.book()
    desk.suppressed(booking, SuppressionReason.UNSUBSCRIBED, NON_ESSENTIAL)

    scene.send_due()

    assert (scene.message_about(booking).state, mail.outbox) == ("cancelled", [])


def test_the_widest_of_several_counts(north: Any) -> None:
    booking = scene.book()
    desk.suppressed(booking, SuppressionReason.UNSUBSCRIBED, NON_ESSENTIAL)
    desk.suppressed(booking, SuppressionReason.BOUNCED, EVERYTHING)

    scene.send_due()

    assert scene.message_about(booking).why == "bounced"


def test_others_and_what_has_ended_stand_against_nothing(north: Any) -> None:
    kids = cast.make_brand()
    first, other = scene.book_many(2)
    desk.suppressed(first, SuppressionReason.MANUAL, EVERYTHING, brand_id=kids.pk)
    desk.suppressed(first, SuppressionReason.BOUNCED, EVERYTHING, brand_id=first.brand_id)
    end_suppression(suppression=Suppression.objects.get(reason="bounced"), now=desk.now())

    scene.send_due()

    assert [scene.message_about(booking).state for booking in (first, other)] == ["sent", "sent"]


def test_one_tenants_list_is_nothing_to_another(north: Any, south: Any) -> None:
    booking = scene.book()
    assert booking.client.person.email
    with use(south):
        desk.suppressed(booking, SuppressionReason.MANUAL, EVERYTHING)

    scene.send_due()

    assert scene.message_about(booking).state == "sent"


def test_a_fixed_address_too(north: Any) -> None:
    desk.make_optional()
    booking = scene.book()
    Message.objects.filter(subject_id=booking.pk).update(recipient=None, address="Desk@example.com")
    unsubscribe(message=scene.message_about(booking), now=desk.now())

    scene.send_due()

    assert (scene.message_about(booking).why, mail.outbox) == ("unsubscribed", [])
    assert Suppression.objects.get().address == "desk@example.com"


def test_unsubscribed_between_claim_and_delivery_it_is_not_sent(north: Any) -> None:
    desk.make_optional()
    booking = scene.book()
    (claimed,) = sending.claim_due(limit=1)
    unsubscribe(message=scene.message_about(booking), now=desk.now())

    sending.deliver(claimed, sending.Turn())

    assert (scene.message_about(booking).why, mail.outbox) == ("unsubscribed", [])


def test_unsubscribed_while_it_is_being_sent_it_is_the_last(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.make_optional()
    first, second = scene.book_many(2)
    Rule.objects.filter(event="booked").update(is_essential=False)
    second.client.person.email, first_email = "", first.client.person.email
    second.client.person.save()
    Message.objects.filter(subject_id=second.pk).update(recipient=first.client.person)
    send = EmailSession.send

    def sent_and_unsubscribed(session: Any, outgoing: Any) -> str:
        unsubscribe(message=outgoing.message, now=desk.now())
        return send(session, outgoing)

    monkeypatch.setattr(EmailSession, "send", sent_and_unsubscribed)
    scene.send_due()

    assert [m.to for m in mail.outbox] == [[first_email]]
    assert (scene.message_about(first).state, scene.message_about(second).why) == ("sent", "unsubscribed")
