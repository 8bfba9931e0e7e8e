"""Answers that hold more than what their version is of are given whole; what one shows of many is bounded."""

from typing import Any

import pytest

from bookings.rules.event_booking import Role
from bookings.selectors import histories
from bookings.services.cancel_event_booking import cancel_event_booking
from scheduling.models import Client, StaffMember
from tests.support import cast, eventing
from tests.support.http import Rest

START = cast.tomorrow_at(18)


def test_who_has_an_events_version_is_told_of_fewer_places_all_the_same(
    as_service: Rest, ada: StaffMember, bob: Client
) -> None:
    event = eventing.make_event(ada, START, places=3)
    path = f"/v1/events/{event.pk}"
    before = as_service.get(path)
    eventing.make_place(event, bob)

    after = as_service.get(path, headers={"If-None-Match": before["ETag"]})

    assert (after.status_code, after["ETag"]) == (200, before["ETag"])
    assert after.json()["freePlaces"] == before.json()["freePlaces"] - 1
    assert as_service.get(path, headers={"If-Match": '"99"'}).status_code == 412


def test_who_has_a_bookings_version_is_given_it_whole(as_service: Rest, ada: StaffMember, bob: Client) -> None:
    path = f"/v1/bookings/{eventing.make_place(eventing.make_event(ada, START), bob).pk}"
    before = as_service.get(path)

    after = as_service.get(path, headers={"If-None-Match": before["ETag"]})

    assert (after.status_code, after.json()) == (200, before.json())


@pytest.mark.parametrize("status", [None, "Accepted", "Canceled"])
def test_a_led_event_shows_some_of_its_bookings_and_only_those_that_are_wanted(
    as_service: Rest, ada: StaffMember, monkeypatch: pytest.MonkeyPatch, status: str | None
) -> None:
    monkeypatch.setattr(histories, "MOST_SHOWN", 2)
    for hour in (8, 12):
        event = eventing.make_event(ada, START.replace(hour=hour), places=9)
        places = [eventing.make_place(event, cast.make_client(f"Bob {number}")) for number in range(4)]
        said: dict[str, Any] = {"role": Role.COACH, "reason_code": "Illness", "now": event.created_at}
        cancel_event_booking(booking=places[0], **said)
    wanted = f"&bookingStatus={status}" if status else ""

    answer = as_service.get(f"/v1/histories?userId={ada.person_id}{wanted}")

    shown = [[booking["status"] for booking in entry["coach"]["bookings"]] for entry in answer.json()["entries"]]
    each = {None: ["Canceled", "Accepted"], "Accepted": ["Accepted"] * 2, "Canceled": ["Canceled"]}[status]
    assert shown == [each, each]
