"""A message in its reader's language, by the tenant's template or the built-in text."""

import structlog
from markupsafe import escape

from notifications.channels.errors import PermanentFailureError
from notifications.channels.outgoing import Reader, Text
from notifications.models import Message, Template
from notifications.rules import Channel, Why
from notifications.subjects import SubjectFacts
from notifications.texts import defaults, engine, frame, locales
from notifications.texts.choice import Wording, built_in_wording, choose
from notifications.texts.engine import TemplateError
from notifications.texts.variables import values

logger = structlog.get_logger(__name__)

MAX_SUBJECT_LENGTH = 250


def render(*, message: Message, facts: SubjectFacts, reader: Reader, unsubscribe_url: str = "") -> Text:
    """The message's texts, with times on the reader's clock.

    A template that can't be rendered is noted with it, and the built-in text goes out: its reader should rather get
    that than nothing. Raises PermanentFailureError where that fails too.
    """
    chosen = choose(message=message, reader=reader)
    if chosen.template_id is not None:
        try:
            return fill(chosen, message=message, facts=facts, reader=reader, unsubscribe_url=unsubscribe_url)
        except TemplateError as error:
            # Without the reason: it may quote what people are called.
            logger.warning("template failed", template=str(chosen.template_id), message=str(message.pk))
            Template.objects.filter(pk=chosen.template_id).note_failure(str(error))
    built_in = built_in_wording(message=message, reader=reader)
    try:
        return fill(built_in, message=message, facts=facts, reader=reader, unsubscribe_url=unsubscribe_url)
    except TemplateError as error:
        reason = f"The built-in text can't be rendered. {error}"
        raise PermanentFailureError(reason, why=Why.TEMPLATE) from error


def fill(wording: Wording, *, message: Message, facts: SubjectFacts, reader: Reader, unsubscribe_url: str = "") -> Text:
    """The wording with the data in it. HTML for mails alone. Raises TemplateError."""
    language = locales.for_reader(wording.language, reader.language)
    data = values(
        facts=facts,
        reader=reader,
        brand_name=message.brand.name,
        language=language,
        unsubscribe_url=unsubscribe_url,
    )
    read = engine.parse if wording.is_draft else engine.stored
    subject = " ".join(engine.render(read(wording.subject), data).split())[:MAX_SUBJECT_LENGTH]
    text = engine.render(read(wording.text), data)
    if message.channel != Channel.EMAIL:
        return Text(subject=subject, text=text.strip())
    if wording.html:
        html = engine.render(read(wording.html, html=True), data)
    else:
        html = frame.html_of(text, is_cancelled=facts.is_cancelled)
    if unsubscribe_url:
        sentence = defaults.unsubscribe_line(wording.language)
        if unsubscribe_url not in text:
            text = f"{text.rstrip()}\n\n{sentence}\n{unsubscribe_url}\n"
        html = (
            html
            if str(escape(unsubscribe_url)) in html
            else _with_footer(html, frame.footer(sentence, unsubscribe_url))
        )
    if not frame.is_document(html):
        html = frame.within(html, language=language, sender=data["brand"]["name"] or "")
    return Text(subject=subject, text=f"{text.strip()}\n", html=html)


def _with_footer(html: str, footer: str) -> str:
    """The footer at the end; of a whole page, within its body."""
    end = html.lower().rfind("</body>")
    return f"{html}{footer}" if end < 0 else f"{html[:end]}{footer}{html[end:]}"
