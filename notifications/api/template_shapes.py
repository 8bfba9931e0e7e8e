"""The bodies of the templates' operations."""

from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer
from notifications.models import Template
from notifications.models.templates import MAX_HTML, MAX_LANGUAGE, MAX_SUBJECT, MAX_TEXT
from notifications.rules import Audience
from notifications.services.add_template import TemplateData
from notifications.services.preview_message import Preview

_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_TEXTS = ("subject", "text", "html")


def _language(**options: Any) -> serializers.RegexField:
    return serializers.RegexField(
        _LANGUAGE,
        max_length=MAX_LANGUAGE,
        help_text="A BCP 47 tag, such as en, de or pt-BR.",
        error_messages={"invalid": "Write a language tag, such as en, de or pt-BR."},
        **options,
    )


def _source(most: int, about: str, **options: Any) -> serializers.CharField:
    # Blanks at the ends are the text's own: an indented line is set off.
    return serializers.CharField(max_length=most, trim_whitespace=False, help_text=about, **options)


class TemplateInput(BodySerializer):
    """A template in Liquid. `GET /v1/notification-templates/variables` lists what there is to say."""

    language = _language()
    brand_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The brand; null for all. Left out: the brand of your application, else all.",
    )
    subject = _source(MAX_SUBJECT, "One line.")
    text = _source(MAX_TEXT, "Plain text. An indented paragraph is set off in the mail.")
    html = _source(MAX_HTML, "For mails; empty: made of the text.", required=False, allow_blank=True)


class TemplateChanges(BodySerializer):
    """What is to be changed; what is left out stays."""

    language = _language(required=False)
    brand_id = serializers.UUIDField(required=False, allow_null=True, help_text="The brand; null for all.")
    subject = _source(MAX_SUBJECT, "One line.", required=False)
    text = _source(MAX_TEXT, "Plain text. An indented paragraph is set off in the mail.", required=False)
    html = _source(MAX_HTML, "For mails; empty: made of the text.", required=False, allow_blank=True)


class TemplateOutput(serializers.Serializer[Any]):
    """A template. `failure` says why a message last went out with the built-in text instead, and when."""

    id = serializers.UUIDField()
    rule_id = serializers.IntegerField(min_value=1)
    brand_id = serializers.UUIDField(allow_null=True)
    language = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
    failed_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField()
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PreviewInput(BodySerializer):
    """Whose message about which booking is to be shown, and in which words."""

    booking_id = serializers.UUIDField(required=False, help_text="Left out: a made-up booking.")
    reader = serializers.ChoiceField(
        choices=[Audience.CLIENT.value, Audience.STAFF.value, Audience.ADDRESS.value],
        required=False,
        help_text="Who reads it (client).",
    )
    language = _language(required=False)
    subject = _source(MAX_SUBJECT, "Of a draft, with `text`.", required=False)
    text = _source(MAX_TEXT, "Of a draft, with `subject`. Left out: what is stored, or built in.", required=False)
    html = _source(MAX_HTML, "Of a draft.", required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if any(name in attrs for name in _TEXTS):
            missing = {name: ["A draft needs it."] for name in ("subject", "text") if name not in attrs}
            if missing:
                raise serializers.ValidationError(missing)
        return attrs


class PreviewOutput(serializers.Serializer[Any]):
    """What the reader would get."""

    language = serializers.CharField(help_text="Of the words that were chosen.")
    template_id = serializers.UUIDField(allow_null=True, help_text="null: a draft, or a built-in text.")
    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField(help_text="Empty where the rule's channel has no HTML.")


class VariableOutput(serializers.Serializer[Any]):
    """A variable that templates may name."""

    name = serializers.CharField()
    meaning = serializers.CharField()
    example = serializers.CharField()


class FilterOutput(serializers.Serializer[Any]):
    """A filter that templates may use."""

    name = serializers.CharField()
    meaning = serializers.CharField()


class VocabularyOutput(serializers.Serializer[Any]):
    """All that a template may say."""

    variables = VariableOutput(many=True)
    filters = FilterOutput(many=True)
    tags = serializers.ListField(child=serializers.CharField())


def template_data(fields: dict[str, Any]) -> TemplateData:
    return TemplateData(**{name: fields[name] for name in _TEXTS if name in fields})


def template_json(template: Template) -> dict[str, Any]:
    names = ("id", "rule_id", "brand_id", "language", *_TEXTS, "failed_at", "failure", "version", "created_at")
    return {**{name: getattr(template, name) for name in names}, "updated_at": template.updated_at}


def preview_json(preview: Preview) -> dict[str, Any]:
    return {
        "language": preview.language,
        "template_id": preview.template_id,
        **{name: getattr(preview.text, name) for name in _TEXTS},
    }
