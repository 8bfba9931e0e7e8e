"""Whose words a message is in: the tenant's or the built-in ones, and in which language."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from notifications.channels.outgoing import Reader
from notifications.models import Message, Template
from notifications.rules import Channel
from notifications.texts import defaults, locales

_FALLBACK = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is to be said, as Liquid: a template of the tenant's, a draft of one, or a built-in text."""

    language: str
    subject: str
    text: str
    html: str = ""
    template_id: UUID | None = None
    is_draft: bool = False


def fetch_templates(messages: Sequence[Message]) -> None:
    """Fetches the templates that any of the messages may use into their rules: one statement for all of them.

    Wants messages with their recipients and rules. Without it each asks for its rule's.
    """
    readers = [message.recipient.language for message in messages if message.recipient]
    usable = Template.objects.usable(
        brand_ids={message.brand_id for message in messages},
        languages={_FALLBACK, *(language for reader in readers for language in locales.lookup(reader))},
    )
    prefetch_related_objects(messages, Prefetch("rule__templates", queryset=usable))


def choose(*, message: Message, reader: Reader) -> Wording:
    """The wording of a message: the tenant's in the reader's language, of the brand before that of all brands; else
    the built-in one in the reader's language; else the tenant's in English; else the built-in one in English."""
    languages = locales.lookup(reader.language)
    ours = _ours(message, languages=languages)
    if not ours and not defaults.speaks(reader.language):
        languages = [_FALLBACK]
        ours = _ours(message, languages=languages)
    if not ours:
        return built_in_wording(message=message, reader=reader)
    return worded(min(ours, key=lambda template: (template.brand_id is None, languages.index(template.language))))


def _ours(message: Message, *, languages: list[str]) -> list[Template]:
    """The tenant's for the message's rule and brand."""
    return [
        template
        for template in message.rule.templates.all()
        if template.brand_id in {None, message.brand_id} and template.language in languages
    ]


def worded(template: Template) -> Wording:
    return Wording(
        language=template.language,
        subject=template.subject,
        text=template.text,
        html=template.html,
        template_id=template.pk,
    )


def built_in_wording(*, message: Message, reader: Reader) -> Wording:
    """The built-in text about an event in the reader's language, else in English; a short one but in mails."""
    language = defaults.language_for(reader.language)
    built_in = defaults.default(event=message.event, is_staff=reader.is_staff, language=language)
    text = built_in.text if message.channel == Channel.EMAIL else built_in.short
    return Wording(language=language, subject=built_in.subject, text=text)
