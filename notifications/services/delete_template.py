"""Going back to the built-in text."""

from django.db import transaction

from notifications.models import Template
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def delete_template(*, template: Template, expected: frozenset[int] | None = None) -> None:
    """What is not sent yet is said in other words. Raises GoneError, StaleVersionError."""
    found = locked(Template.objects, template.pk)
    check_version(found.version, expected=expected)
    found.delete()
