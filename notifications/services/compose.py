"""Making a message ready to leave: its texts in its reader's language."""

from notifications.channels.outgoing import Outgoing, Reader
from notifications.models import Message
from notifications.optout.links import unsubscribe_url
from notifications.subjects import SubjectFacts
from notifications.texts import render


def compose(*, message: Message, facts: SubjectFacts, reader: Reader) -> Outgoing:
    """The message as it is to be sent. Raises PermanentFailureError where its template can't be rendered."""
    url = "" if message.rule.is_essential else unsubscribe_url(message)
    text = render(message=message, facts=facts, reader=reader, unsubscribe_url=url)
    return Outgoing(message=message, facts=facts, reader=reader, text=text, unsubscribe_url=url)
