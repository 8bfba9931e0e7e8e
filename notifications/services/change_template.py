"""Changing what a template says."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from notifications.models import Template
from notifications.services.add_template import TemplateData, TemplateExistsError, check_template
from notifications.texts import locales
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def change_template(
    *, template: Template, changes: Mapping[str, Any], expected: frozenset[int] | None = None
) -> Template:
    """Sets those of `brand_id`, `language`, `subject`, `text` and `html` that are named; what was said to have failed
    is forgotten. `expected` are the versions of which the caller changes one, None for any.

    Raises GoneError, StaleVersionError, InvalidTemplateError, TemplateExistsError.
    """
    found = locked(Template.objects.select_related("rule"), template.pk)
    check_version(found.version, expected=expected)
    if not changes:
        return found
    for name, value in changes.items():
        setattr(found, name, value)
    check_template(
        rule=found.rule,
        brand_id=found.brand_id,
        language=found.language,
        data=TemplateData(subject=found.subject, text=found.text, html=found.html),
    )
    found.language = locales.normal(found.language)
    found.version += 1
    found.failed_at, found.failure = None, ""
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:
        raise TemplateExistsError from error
    return found
