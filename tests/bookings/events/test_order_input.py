"""POST /v1/bookings (leko.yaml): what the body may hold."""

from typing import Any

import pytest

from bookings.models import Event, Order
from scheduling.models import Client, StaffMember
from tests.bookings.events.refusals import assert_names, assert_refused, code_of
from tests.support import cast, eventing
from tests.support.http import Rest

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def event(ada: StaffMember) -> Event:
    return eventing.make_event(ada, cast.tomorrow_at(18))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("userId", None), ("userId", "x"), ("userId", 5), ("userId", []),
        ("eventIds", None), ("eventIds", []), ("eventIds", "x"), ("eventIds", {}), ("eventIds", [UNKNOWN] * 51),
        ("eventIds.0", [None]), ("eventIds.0", ["x"]), ("eventIds.0", [5]),
        ("paymentMethod", None), ("paymentMethod", "Cash"), ("paymentMethod", []),
        ("paymentMethod.type", {}), ("paymentMethod.type", {"type": "Coin"}), ("paymentMethod.type", {"type": None}),
        ("paymentMethod.methodId", {"type": "Card", "methodId": "x"}),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(as_bob: Rest, bob: Client, event: Event, field: str, value: Any) -> None:
    name = field.partition(".")[0]

    answer = as_bob.post("/v1/bookings", {**eventing.sent_order(bob, event), name: value})

    assert code_of(answer) == (400, "validation"), answer.content
    assert answer.json()["errors"][0]["message"].startswith(field)
    assert not Order.objects.exists()


def test_a_field_that_is_missing_is_named(as_bob: Rest, bob: Client, event: Event) -> None:
    wanted = eventing.sent_order(bob, event)
    for field in wanted:
        assert_names(as_bob.post("/v1/bookings", {k: v for k, v in wanted.items() if k != field}), field)


@pytest.mark.parametrize("payment", [{"type": "Card"}, {"type": "Card", "methodId": UNKNOWN}])
def test_cards_are_not_enabled(as_bob: Rest, bob: Client, event: Event, payment: dict[str, str]) -> None:
    answer = as_bob.post("/v1/bookings", eventing.sent_order(bob, event, paymentMethod=payment))

    assert_refused(answer, "payment_method_not_enabled")
    assert not Order.objects.exists()


@pytest.mark.parametrize("method_id", [None, UNKNOWN])
def test_cash_needs_no_method(as_bob: Rest, bob: Client, event: Event, method_id: str | None) -> None:
    payment = {"type": "Cash", "methodId": method_id}

    assert as_bob.post("/v1/bookings", eventing.sent_order(bob, event, paymentMethod=payment)).status_code == 201


def test_events_that_are_unknown_or_twice_are_named(as_bob: Rest, bob: Client, event: Event) -> None:
    kids = cast.make_brand()
    foreign = eventing.make_event(cast.make_coach("Ina Coach", brand=kids), cast.tomorrow_at(20), brand=kids)
    for events, code, named in (
        ([str(event.pk), UNKNOWN], "unknown_event", UNKNOWN),
        ([str(foreign.pk), str(event.pk)], "unknown_event", foreign.pk),
        ([str(event.pk), str(event.pk)], "event_twice", event.pk),
        ([str(event.pk), str(event.pk).upper()], "event_twice", event.pk),
    ):
        assert_refused(as_bob.post("/v1/bookings", eventing.sent_order(bob, eventIds=events)), code, named)
    assert Event.objects.get(pk=event.pk).taken == 0


def test_whose_places_they_are(as_bob: Rest, as_service: Rest, ada: StaffMember, event: Event) -> None:
    carol, kim = cast.make_client("Carol Client"), cast.make_client("Kim Client", brand=cast.make_brand())

    assert code_of(as_bob.post("/v1/bookings", eventing.sent_order(carol, event))) == (403, "acting_for_another")
    for nobody in (UNKNOWN, str(kim.person_id), str(ada.person_id)):
        answer = as_service.post("/v1/bookings", eventing.sent_order(carol, event, userId=nobody))
        assert_refused(answer, "unknown_user", nobody)
    assert as_service.post("/v1/bookings", eventing.sent_order(carol, event)).json()["userId"] == str(carol.person_id)
