"""After an erasure nothing of the person is left in the database, in files, in Valkey, in what was logged."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from bookings.models import CoachBooking, EventBooking, Order
from scheduling.models import Erasure
from scheduling.services.continue_erasures import continue_erasure
from scheduling.services.erase_person import erase_person
from tests.erasure import world


def erase(known: world.Known) -> Erasure:
    receipt = erase_person(person=known.person, by="user:somebody", now=timezone.now())
    world.settle(receipt)
    continue_erasure(erasure_id=receipt.pk, deadline=time.monotonic() + 60)
    return Erasure.objects.get(pk=receipt.pk)


def test_no_table_holds_a_word_of_an_erased_client(north: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.email.eml_backend.EmailBackend"
    known = world.make_known(north)
    planted = {trace.partition(":")[0] for trace in world.traces(*world.words_of(known))}

    receipt = erase(known)

    assert receipt.finished_at is not None, (receipt.failure, receipt.done)
    assert world.traces(*world.words_of(known)) == []
    print(sorted(planted))
    print(receipt.done)
