"""Reads of notifications."""

from zoneinfo import ZoneInfo

from notifications.channels.outgoing import Reader
from notifications.models import Message
from notifications.rules import Channel
from notifications.subjects import SubjectFacts


def reader_of(message: Message, *, facts: SubjectFacts) -> Reader:
    """Who gets a message, with the address for its channel: a person's as it is now, or the rule's fixed one."""
    person = message.recipient
    if person is None:
        return Reader(
            person_id=None,
            name="",
            address=message.address,
            language="en",
            zone=ZoneInfo(message.brand.timezone),
            is_staff=True,
        )
    return Reader(
        person_id=person.pk,
        name=person.given_name,
        address=person.email if message.channel in {Channel.EMAIL, Channel.PUSH, Channel.CHAT} else person.phone,
        language=person.language,
        zone=ZoneInfo(person.timezone),
        is_staff=person.pk in facts.occasion.staff_ids,
    )
