"""Showing what somebody would read, without sending it."""

from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from notifications import subjects
from notifications.channels.outgoing import Reader, Text
from notifications.models import Message, Rule
from notifications.rules import Audience, Event, Stage
from notifications.selectors import reader_of
from notifications.services.add_template import InvalidTemplateError, TemplateData, check_template
from notifications.subjects import SubjectFacts
from notifications.texts import samples
from notifications.texts.choice import Wording, choose
from notifications.texts.engine import TemplateError
from notifications.texts.render import fill
from scheduling.public import Person
from tenants.brands.models import Brand

_URL = "https://example.com/unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the reader would get, and by which template; None: by a draft, or by a built-in text."""

    text: Text
    language: str
    template_id: UUID | None


def preview_message(
    *,
    rule: Rule,
    brand: Brand,
    booking_id: UUID | None = None,
    audience: Audience = Audience.CLIENT,
    language: str = "",
    draft: TemplateData | None = None,
) -> Preview | None:
    """The rule's message about a booking of `brand`, or about a made-up one; by a draft, or by what is stored.

    `language` in place of the reader's own. None where the brand has no such booking. Raises InvalidTemplateError.
    """
    stage = Stage.WAITING if rule.event == Event.PLACE_OFFERED else Stage.STANDS
    facts = samples.facts(stage=stage) if booking_id is None else _facts(booking_id, brand=brand)
    if facts is None:
        return None
    message = Message(rule=rule, brand=brand, event=rule.event, channel=rule.channel, address=rule.address)
    reader = _reader(message, facts=facts, audience=audience, is_sample=booking_id is None)
    reader = replace(reader, language=language or reader.language)
    if draft is None:
        wording = choose(message=message, reader=reader)
    else:
        check_template(rule=rule, brand_id=None, language=reader.language, data=draft)
        wording = Wording(
            language=reader.language, subject=draft.subject, text=draft.text, html=draft.html, is_draft=True
        )
    url = "" if rule.is_essential else _URL
    try:
        text = fill(wording, message=message, facts=facts, reader=reader, unsubscribe_url=url)
    except TemplateError as error:
        raise InvalidTemplateError({"text": [str(error)]}) from error
    return Preview(text=text, language=wording.language, template_id=wording.template_id)


def _facts(booking_id: UUID, *, brand: Brand) -> SubjectFacts | None:
    loaded = (subjects.load(kind=kind, subject_id=booking_id) for kind in subjects.kinds())
    return next((facts for facts in loaded if facts is not None and facts.occasion.brand_id == brand.pk), None)


def _reader(message: Message, *, facts: SubjectFacts, audience: Audience, is_sample: bool) -> Reader:
    if audience == Audience.ADDRESS:
        return samples.reader(language="en", is_person=False, zone=ZoneInfo(message.brand.timezone))
    if is_sample:
        return samples.reader(language="en", is_staff=audience == Audience.STAFF)
    ids = facts.occasion.staff_ids if audience == Audience.STAFF else (facts.occasion.client_id,)
    message.recipient = Person.objects.filter(pk__in=ids).first()
    return reader_of(message, facts=facts)
