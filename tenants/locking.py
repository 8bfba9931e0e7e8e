"""Locking a row that somebody has found, and that somebody else may have deleted since."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Manager, Model, QuerySet

from tenants.errors import GoneError

Row = TypeVar("Row", bound=Model)


def locked(
    rows: QuerySet[Row] | Manager[Row], key: object, *, no_key: bool = False, of: tuple[str, ...] = ("self",)
) -> Row:
    """The one of `rows` with this key as it is now; nobody else changes it before the transaction ends.

    Rows that are joined to it are locked where `of` names them. With `no_key`, others may begin to refer to it
    meanwhile (Postgres: FOR NO KEY UPDATE). Raises GoneError where it is none of `rows` any more: deleted since the
    caller found it.
    """
    try:
        return rows.select_for_update(of=of, no_key=no_key).get(pk=key)
    except ObjectDoesNotExist:
        raise GoneError from None
