"""Giving a rule's messages words of one's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from notifications.models import Rule, Template
from notifications.models.templates import LANGUAGE, MAX_HTML, MAX_LANGUAGE, MAX_SUBJECT, MAX_TEXT
from notifications.texts import locales
from notifications.texts.check import problems
from tenants.errors import DomainError, Kind


class TemplateExistsError(DomainError):
    code = "template_exists"
    kind = Kind.CONFLICT
    message = "This rule has a template for this brand in this language already. Change that one."


class InvalidTemplateError(DomainError):
    """`fields` says what is wrong with which of them, with lines."""

    code = "invalid_template"
    message = "This template can't be used as it is. `errors` says where, and why."

    def __init__(self, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__()
        self.fields = dict(fields or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateData:
    """What a template says, in Liquid. An empty `html` is made of the text."""

    subject: str
    text: str
    html: str = ""


@transaction.atomic
def add_template(*, rule: Rule, brand_id: UUID | None, language: str, data: TemplateData) -> Template:
    """For one brand, or (None) for all; `language` is a BCP 47 tag. What is not sent yet is said in these words.

    Raises InvalidTemplateError, TemplateExistsError.
    """
    check_template(rule=rule, brand_id=brand_id, language=language, data=data)
    try:
        with transaction.atomic():
            return Template.objects.create(
                rule=rule,
                brand_id=brand_id,
                language=locales.normal(language),
                subject=data.subject,
                text=data.text,
                html=data.html,
            )
    except IntegrityError as error:
        raise TemplateExistsError from error


def check_template(*, rule: Rule, brand_id: UUID | None, language: str, data: TemplateData) -> None:
    """Raises InvalidTemplateError."""
    wrong: dict[str, list[str]] = {}
    if not re.match(LANGUAGE, language) or len(language) > MAX_LANGUAGE:
        wrong["language"] = ["Write a language tag, such as en, de or pt-BR."]
    if rule.brand_id is not None and brand_id not in {None, rule.brand_id}:
        wrong["brand_id"] = ["The rule is one of another brand."]
    for name, most in (("subject", MAX_SUBJECT), ("text", MAX_TEXT), ("html", MAX_HTML)):
        source = getattr(data, name)
        if len(source) > most:
            wrong[name] = [f"{most} characters at the most."]
        elif not source.strip() and name != "html":
            wrong[name] = ["This may not be blank."]
    if not wrong:
        wrong = problems(language=language, subject=data.subject, text=data.text, html=data.html)
    if wrong:
        raise InvalidTemplateError(wrong)
