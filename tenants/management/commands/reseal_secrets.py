from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model, QuerySet

from tenants.context import use
from tenants.models import Tenant
from tenants.secrets import SealedField, SecretUnreadableError, reseal

CHUNK = 500


class Command(BaseCommand):
    help = (
        "Seals all tenants' secrets anew with the first key of SECRETS_KEYS. Afterwards the other keys can go. "
        "Again after it was cut off."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        done, unreadable = 0, []
        columns = list(sealed_columns())
        for tenant in Tenant.objects.all():
            with use(tenant):
                for model, column in columns:
                    for pk, sealed in _rows(model, column):
                        try:
                            fresh = reseal(sealed)
                        except SecretUnreadableError:
                            unreadable.append(f"{tenant.slug}: {model.__name__} {pk}")
                            continue
                        # Only what is still there: what was saved meanwhile has been sealed with the first key.
                        done += QuerySet(model).filter(**{"pk": pk, column: sealed}).update(**{column: fresh})
        self.stdout.write(f"{done} secrets sealed with the first key.")
        if unreadable:
            listed = "\n".join(f"  {line}" for line in unreadable)
            raise CommandError(f"No key of SECRETS_KEYS opens these. They were left as they are:\n{listed}")


def sealed_columns() -> Iterator[tuple[type[Model], str]]:
    """All columns that hold sealed secrets."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001 - Django's documented way
            if isinstance(field, SealedField):
                yield model, field.attname


def _rows(model: type[Model], column: str) -> Iterator[tuple[Any, str]]:
    return QuerySet(model).exclude(**{column: ""}).values_list("pk", column).iterator(CHUNK)
