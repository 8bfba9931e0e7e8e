"""The rest of an erasure: batch by batch, each in a transaction of its own with its line in the receipt.

Whatever stops it, what is done stays done and is counted once; the next one looks for what is left.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

from scheduling.models import Erasure
from scheduling.selectors.someone import someone
from tenants.leases import database_now
from tenants.personal import BATCH, Someone, Step, Table, steps, tables

logger = logging.getLogger(__name__)

# After a failure, or where there was no time for all.
_RETRY: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that is done until there is nothing left of it; its name is a table's or a step's."""

    name: str
    do: Callable[[Someone, datetime], int]


@dataclass(frozen=True, slots=True)
class _Look:
    """How much was found, and whether something kept it from being all: a failure, another worker, the time."""

    found: int
    is_held_up: bool


def continue_erasures(*, deadline: float) -> None:
    """Goes on with what is due in the current tenant until `deadline` (time.monotonic())."""
    due = Erasure.objects.unfinished().filter(due_at__lte=database_now()).order_by("due_at")
    for erasure_id in due.values_list("pk", flat=True):
        if time.monotonic() > deadline:
            return
        continue_erasure(erasure_id=erasure_id, deadline=deadline)


def continue_erasure(*, erasure_id: UUID, deadline: float) -> None:
    """Erases what is left of one person, and finishes the receipt when a look at everything has found nothing.

    That look is taken when all who were writing as the person was erased have ended (Erasure.SETTLES).
    """
    look = _look(erasure_id, deadline)
    while look.found and not look.is_held_up and time.monotonic() < deadline:
        look = _look(erasure_id, deadline)
    _settle(erasure_id, look)


def _look(erasure_id: UUID, deadline: float) -> _Look:
    """At every part once. The others do not wait for one that fails."""
    found, is_held_up = 0, False
    for part in _parts():
        did: int | None = BATCH
        while did and time.monotonic() < deadline:
            try:
                did = _batch(erasure_id, part)
            except Exception as error:
                logger.exception("Erasing is held up in %s", part.name)
                _note_failure(erasure_id, part, error)
                did = None
            found += did or 0
            is_held_up |= did is None
    return _Look(found, is_held_up or time.monotonic() >= deadline)


def _parts() -> list[_Part]:
    """Steps before tables: what a cancellation leaves behind is erased too. Last what all have left in the audit."""
    wanted = [_Part(step.name, partial(_step, step)) for step in steps()]
    wanted += [_Part(table.table, partial(_rows, table)) for table in tables() if table.is_erased]
    return sorted(wanted, key=lambda part: part.name == "history")


def _step(step: Step, who: Someone, now: datetime) -> int:
    return step.do(who, now, BATCH)


def _rows(table: Table, who: Someone, now: datetime) -> int:  # noqa: ARG001
    return table.erase(who)


@transaction.atomic
def _batch(erasure_id: UUID, part: _Part) -> int | None:
    """How much was done; None where another worker is at it, or it is finished."""
    unfinished = Erasure.objects.unfinished().select_for_update(skip_locked=True, of=("self",), no_key=True)
    receipt = unfinished.select_related("person").filter(pk=erasure_id).first()
    if receipt is None:
        return None
    did = part.do(someone(receipt.person, user_id=receipt.user_key), database_now())
    if did or part.name not in receipt.done:
        receipt.done[part.name] = receipt.done.get(part.name, 0) + did
        receipt.save(update_fields=["done"])
    return did


@transaction.atomic
def _settle(erasure_id: UUID, look: _Look) -> None:
    now = database_now()
    receipt = Erasure.objects.unfinished().select_for_update(skip_locked=True).filter(pk=erasure_id).first()
    if receipt is None:
        return
    settled_at = receipt.asked_at + Erasure.SETTLES
    if look.found or look.is_held_up:
        receipt.due_at = now + _RETRY if look.is_held_up else now
    elif now < settled_at:
        receipt.due_at = settled_at
    else:
        receipt.finished_at, receipt.failure = now, ""
    receipt.save(update_fields=["finished_at", "failure", "due_at"])


def _note_failure(erasure_id: UUID, part: _Part, error: Exception) -> None:
    receipt = Erasure.objects.unfinished().filter(pk=erasure_id).first()
    if receipt is not None:
        receipt.failures += 1
        receipt.failure = f"{part.name}: {type(error).__name__}"[:200]
        receipt.save(update_fields=["failures", "failure"])
