"""What people read: their own times, nothing that somebody smuggled in."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core import mail
from icalendar import Calendar

from notifications.channels.email.transport import build
from tenants.brands.models import Brand
from tests.notifications import scene
from tests.support import cast

EVIL = 'Ada "A; B, <C>"\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>'


def _mail(booking: Any, event: str = "booked") -> Any:
    return build(scene.outgoing(scene.message_about(booking, event)))


@pytest.mark.parametrize(
    ("zone", "slot", "when"),
    [
        ("Europe/Berlin", datetime(2031, 1, 15, 9, tzinfo=UTC), "15 Jan 2031, 10:00 CET"),
        ("Europe/Berlin", datetime(2031, 7, 15, 9, tzinfo=UTC), "15 Jul 2031, 11:00 CEST"),
        ("America/New_York", datetime(2031, 7, 15, 9, tzinfo=UTC), "15 Jul 2031, 05:00 EDT"),
        ("Pacific/Auckland", datetime(2031, 7, 15, 16, 30, tzinfo=UTC), "16 Jul 2031, 04:30 NZST"),
    ],
)
def test_times_are_in_the_recipients_zone_and_say_so(north: Any, zone: str, slot: datetime, when: str) -> None:
    coach = cast.make_coach(timezone="Asia/Tokyo")
    cast.make_office_hour(coach)
    booking = cast.make_booking(coach, cast.make_client(timezone=zone), slot_at=slot)

    sent = _mail(booking)

    clock, abbreviation = when.split(", ")[1].split()
    assert sent.subject == f"Booked: Ada Coach, {when}"
    for text in (sent.body, sent.alternatives[0][0]):
        assert f"{clock} – " in text
        assert f"{abbreviation} (30 minutes)" in text


def test_a_cancellation_says_why_in_both_forms(north: Any) -> None:
    booking = scene.cancel(scene.book(), reason="The coach is <ill> & sorry")

    sent = _mail(booking, "cancelled")

    assert "Reason: The coach is <ill> & sorry" in sent.body
    assert "Reason: The coach is &lt;ill&gt; &amp; sorry" in sent.alternatives[0][0]


def test_names_are_escaped_in_html_and_left_alone_in_text(north: Any) -> None:
    booking = scene.book(client=cast.make_client("<b>Bob</b> & Co"))

    sent = _mail(booking)

    assert "Hello <b>Bob</b>," in sent.body
    html = sent.alternatives[0][0]
    assert "Hello &lt;b&gt;Bob&lt;/b&gt;," in html
    assert "<b>" not in html


def test_names_can_not_become_headers_or_calendar_lines_or_scripts(north: Any) -> None:
    Brand.objects.update(name=EVIL)
    coach = cast.make_coach()
    client = cast.make_client()
    for person in (coach.person, client.person):
        person.given_name, person.family_name = EVIL[:100], EVIL[:100]
        person.save()
    scene.book(coach=coach, client=client)

    scene.send_due()

    sent: Any = mail.outbox[0]
    raw = sent.message().as_bytes()
    parsed = message_from_bytes(raw, policy=policy.default)
    assert set(parsed.keys()) == {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"
    }  # fmt: skip
    assert sent.recipients() == [client.person.email]
    assert "<script>" not in sent.alternatives[0][0]
    (ics,) = [part for part in sent.message().walk() if part.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(ics.get_payload(decode=True)).walk("VEVENT")
    assert event["ATTENDEE"] == f"mailto:{client.person.email}"
    assert "BCC" not in event


def test_the_sender_is_the_brand(north: Any) -> None:
    Brand.objects.update(name="Größe & Söhne", from_email="hello@brand.example.com")

    assert _mail(scene.book()).message()["From"].endswith("<hello@brand.example.com>")


def test_without_an_address_of_the_brand_it_is_the_platforms(north: Any, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "platform@example.com"

    assert _mail(scene.book()).from_email == "North <platform@example.com>"


def test_machines_are_told_not_to_answer(north: Any) -> None:
    assert _mail(scene.book()).message()["Auto-Submitted"] == "auto-generated"


def test_nothing_in_the_mail_is_loaded_from_anywhere(north: Any) -> None:
    html = _mail(scene.book()).alternatives[0][0]

    assert "http" not in html
    assert "src=" not in html


def test_the_length_is_told_in_minutes_whatever_the_clock_change(north: Any) -> None:
    coach = cast.make_coach()
    cast.make_office_hour(coach, duration_minutes=90)
    booking = cast.make_booking(coach, cast.make_client(), slot_at=cast.MONDAY + timedelta(hours=1))

    assert "(90 minutes)" in _mail(booking).body
