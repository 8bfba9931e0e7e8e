"""The calendar file of a mail (RFC 5545, RFC 5546).

One UID per booking and a SEQUENCE that rises with each change of schedule: calendars replace the entry
instead of adding another, and remove it when the booking is cancelled.
"""

from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from typing import Final

from icalendar import vCalAddress

from notifications.calendars.document import Entry, calendar, event
from notifications.channels.outgoing import Outgoing, Reader
from notifications.rules import Event
from notifications.subjects import SubjectFacts

# What is about time to come. A reminder's file is that of the mail before it: it brings back an entry that was lost,
# and changes none. What is told after the end has nothing for a calendar.
_EVENTS: Final = {Event.BOOKED, Event.RESCHEDULED, Event.CANCELLED, Event.BEFORE_START}


def invitation(outgoing: Outgoing, *, organizer: str) -> MIMEBase | None:
    """The file as a part of the mail; None where the mail has none. `organizer` is the address that it comes from."""
    facts = outgoing.facts
    if outgoing.message.event not in _EVENTS:
        return None
    ics = calendar_file(
        facts=facts,
        reader=outgoing.reader,
        organizer=organizer,
        organizer_name=outgoing.message.brand.name,
    )
    part = MIMEText(ics.decode(), "calendar", "utf-8")
    part.set_param("method", method(facts))
    part.add_header("Content-Disposition", "attachment", filename="booking.ics")
    return part


def calendar_file(*, facts: SubjectFacts, reader: Reader, organizer: str, organizer_name: str) -> bytes:
    """METHOD:REQUEST for a booking that stands, METHOD:CANCEL for one that does not; times on the reader's clock.

    Staff finds the client in its calendar, the client what was booked. Nobody is asked for an answer: who has booked
    has accepted.
    """
    component = event(
        Entry(
            uid=str(facts.id),
            sequence=facts.schedule_version,
            changed_at=facts.changed_at,
            starts_at=facts.starts_at,
            ends_at=facts.ends_at,
            summary=(reader.is_staff and facts.client_name) or facts.title,
            location=facts.location,
            description=facts.title if reader.is_staff else "",
            is_cancelled=facts.is_cancelled,
            is_tentative=facts.is_pending,
        ),
        zone=reader.zone,
    )
    component["organizer"] = vCalAddress.new(organizer, cn=_name(organizer_name))
    component["attendee"] = vCalAddress.new(
        reader.address,
        cn=_name(_full_name(facts, reader)) or None,
        role="REQ-PARTICIPANT",
        partstat="ACCEPTED",
        rsvp=False,
    )
    document = calendar([component])
    document.add("method", method(facts))
    return bytes(document.to_ical())


def method(facts: SubjectFacts) -> str:
    return "CANCEL" if facts.is_cancelled else "REQUEST"


def _full_name(facts: SubjectFacts, reader: Reader) -> str:
    """Empty for whoever is behind a fixed address."""
    if reader.person_id is None:
        return ""
    return facts.staff_name if reader.is_staff else facts.client_name


def _name(name: str) -> str:
    """Of a parameter: one line and no quotation mark, which it could not hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in name.replace('"', "'")).split())
