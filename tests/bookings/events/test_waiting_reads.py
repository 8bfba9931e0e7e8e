"""Reads of those who wait: what they cost, and that nobody who was erased is among them."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.models import Event, WaitingPlace
from scheduling.models import Client, StaffMember
from scheduling.services.erase_person import erase_person
from tests.support import cast, eventing
from tests.support.http import Rest


def _full(ada: StaffMember, *, days: int = 1) -> Event:
    return eventing.make_full_event(ada, cast.tomorrow_at(9, days=days), now=timezone.now())


def _wait(event: Event, client: Client) -> WaitingPlace:
    return eventing.wait_for(event, client, now=timezone.now())


def _read(rest: Rest, path: str) -> list[Any]:
    """What is answered, with MOST statements at the most.

    Counted are those about people and events: how much a process still remembers of the tenant depends on the time.
    """
    with CaptureQueriesContext(connection) as queries:
        answer = rest.get(path)
    assert answer.status_code == 200, answer.content
    counted = [query["sql"] for query in queries if re.search('"(bookings|scheduling)_', query["sql"])]
    assert 1 <= len(counted) <= MOST, counted
    found: list[Any] = answer.json()
    return found


@pytest.mark.parametrize("number", [1, 20])
def test_a_line_costs_the_same_however_many_wait(as_ada: Rest, as_service: Rest, ada: StaffMember, number: int) -> None:
    event = _full(ada)
    for one in range(number):
        _wait(event, cast.make_client(f"Client{one}"))

    for rest in (as_ada, as_service):
        line = _read(rest, f"/v1/events/{event.pk}/waiting")
        assert [place["position"] for place in line] == list(range(1, number + 1))


@pytest.mark.parametrize("number", [1, 20])
def test_what_somebody_waits_for_costs_the_same_however_much_it_is(
    as_bob: Rest, ada: StaffMember, bob: Client, number: int
) -> None:
    waited = [str(_wait(_full(ada, days=1 + day), bob).pk) for day in range(number)]

    assert [place["waitingId"] for place in _read(as_bob, f"/v1/waiting?userId={bob.person_id}")] == waited


def _seen(as_service: Rest, place: WaitingPlace) -> list[bool]:
    """Whether the place is in its event's line, in what its client waits for, and can be left."""
    key = str(place.pk)
    line = as_service.get(f"/v1/events/{place.event_id}/waiting").json()
    own = as_service.get(f"/v1/waiting?userId={place.client.person_id}").json()
    left = as_service.delete(f"/v1/events/{place.event_id}/waiting/{key}", headers={"If-Match": "*"})
    assert left.status_code in {204, 404}, left.content
    return [*(key in {one["waitingId"] for one in found} for found in (line, own)), left.status_code == 204]


def test_an_erased_person_waits_for_nothing_and_their_line_moves_on(
    as_service: Rest, ada: StaffMember, bob: Client
) -> None:
    event, carol = _full(ada), cast.make_client("Carol Client")
    place, after = _wait(event, bob), _wait(event, carol)

    erase_person(person=bob.person, by="user:1", now=timezone.now())

    (left,) = as_service.get(f"/v1/events/{event.pk}/waiting").json()
    assert (left["waitingId"], left["position"]) == (str(after.pk), 1)
    assert _seen(as_service, place) == [False, False, False]


def test_who_is_erased_is_not_shown_even_where_they_still_wait(as_service: Rest, ada: StaffMember, bob: Client) -> None:
    """As until the erasing finds what was written while it began."""
    event, carol = _full(ada), cast.make_client("Carol Client")
    place, after = _wait(event, bob), _wait(event, carol)
    erase_person(person=bob.person, by="user:1", now=timezone.now())
    WaitingPlace.objects.filter(pk=place.pk).update(state="waiting")

    assert _seen(as_service, place) == [False, False, False]
    # The same for one who was not.
    assert _seen(as_service, after) == [True, True, True]


# Who is calling, the event, the line.
MOST = 4
