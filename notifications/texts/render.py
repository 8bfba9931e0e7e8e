from typing import Any

from django.template.loader import render_to_string

from notifications.channels.outgoing import Reader, Text
from notifications.models import Message
from notifications.subjects import SubjectFacts


def render(*, message: Message, facts: SubjectFacts, reader: Reader) -> Text:
    """The message's texts, with times on the reader's clock."""
    context: dict[str, Any] = {
        "brand": message.brand,
        "recipient": message.recipient,
        "facts": facts,
        "starts_at": facts.starts_at.astimezone(reader.zone),
        "ends_at": facts.ends_at.astimezone(reader.zone),
        "minutes": round((facts.ends_at - facts.starts_at).total_seconds() / 60),
    }
    event = message.event if message.event in {"booked", "cancelled"} else "booked"
    return Text(
        subject=" ".join(render_to_string(f"notifications/{event}.subject.txt", context).split()),
        text=render_to_string(f"notifications/{event}.txt", context),
        html=render_to_string(f"notifications/{event}.html", context),
    )
