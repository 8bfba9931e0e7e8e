"""The calendar file of a booking (RFC 5545, RFC 5546).

One UID per booking and a SEQUENCE that rises with each change of schedule: calendars replace the entry
instead of adding another.
"""

from datetime import UTC

from icalendar import Calendar, Event, vCalAddress, vText

from notifications.subjects import SubjectFacts


def calendar_file(*, facts: SubjectFacts, domain: str, organizer: str, attendee: str) -> bytes:
    """METHOD:REQUEST for a booking that stands, METHOD:CANCEL for one that does not. Times are in UTC.

    `domain` is the tenant's primary domain; `organizer` and `attendee` are e-mail addresses.
    """
    event = Event()
    event.add("uid", f"{facts.id}@{domain}")
    event.add("sequence", facts.schedule_version)
    event.add("dtstamp", facts.changed_at.astimezone(UTC))
    event.add("dtstart", facts.starts_at.astimezone(UTC))
    event.add("dtend", facts.ends_at.astimezone(UTC))
    event.add("summary", facts.title)
    event.add("status", "CANCELLED" if facts.is_cancelled else "CONFIRMED")
    address = vCalAddress(f"MAILTO:{organizer}")
    address.params["CN"] = vText(facts.staff_name)
    event["organizer"] = address
    event.add("attendee", vCalAddress(f"MAILTO:{attendee}"))

    calendar = Calendar()
    calendar.add("prodid", "-//Slotkeeper//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method(facts))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def method(facts: SubjectFacts) -> str:
    return "CANCEL" if facts.is_cancelled else "REQUEST"
