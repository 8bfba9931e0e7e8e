"""Overbooking that never finds a quiet moment takes nothing at all."""

from typing import Any

import pytest

from scheduling.models import Reservation
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.services import ledger
from tenants.ids import new_id
from tests.support import cast


def test_nothing_is_kept_of_what_was_taken_on_the_way(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    free, taken = cast.make_coach("Ada").resource_id, cast.make_coach("Eve").resource_id
    period = Period.lasting(cast.MONDAY, minutes=60)
    ledger.reserve(resource_ids=[taken], period=period, subject=Subject("test", new_id()), now=cast.MONDAY)
    before = Reservation.objects.count()
    # As if somebody took the free part, each time, between the look and the insert.
    monkeypatch.setattr(ledger, "_holders", lambda _resource, _period: [])

    with pytest.raises(ledger.SlotTakenError):
        ledger.reserve(
            resource_ids=[free, taken],
            period=period,
            subject=Subject("test", new_id()),
            now=cast.MONDAY,
            overbook=True,
            reason="An emergency",
        )

    assert Reservation.objects.count() == before


def test_resources_must_be_named(north: Any) -> None:
    with pytest.raises(ValueError, match="Name the resources"):
        ledger.reserve(
            resource_ids=[],
            period=Period.lasting(cast.MONDAY, minutes=60),
            subject=Subject("test", new_id()),
            now=cast.MONDAY,
        )
