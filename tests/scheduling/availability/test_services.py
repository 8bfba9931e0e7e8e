"""Services: what their terms, hours, needs and limits leave free, and taking it."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import errors
from scheduling.models import (
    Closure,
    HoursException,
    Location,
    Reservation,
    Resource,
    Service,
    ServiceHours,
    StaffMember,
)
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.selectors.availability import ask
from scheduling.services import ledger
from scheduling.services import take_offered_time as taking
from scheduling.services.ledger import SlotTakenError
from scheduling.services.take_offered_time import TakenTime, take_offered_time
from tenants.errors import DomainError
from tests.scheduling.availability.scene import DAY, NOW, at, make_need, make_service, make_worker, offers, take
from tests.scheduling.ledger import make_resource, some
from tests.support import cast

WITHIN = Period(DAY, DAY + timedelta(days=1))


def _free(service: Service, *, now: Any = NOW, but: Subject | None = None) -> dict[float, list[str]]:
    """Hour of the day to the names of who is free."""
    question = ask(offers(service), brand_id=service.brand_id, within=WITHIN, but=but)
    names = dict(StaffMember.objects.values_list("person_id", "person__given_name"))
    return {
        (start - DAY) / timedelta(hours=1): [names[offer.staff_id] for offer in found]
        for start, found in question.by_start(question.free(now=now))
    }


def _book(service: Service, hour: float, *, subject: Subject | None = None, **how: Any) -> TakenTime:
    return take_offered_time(
        offers=how.pop("offered", None) or offers(service),
        brand_id=service.brand_id,
        start=at(hour),
        subject=subject or some(),
        now=NOW,
        **how,
    )


def test_free_starts_of_everybody_who_offers_it(north: Any) -> None:
    ada, _eve = make_worker("Ada Coach"), make_worker("Eve Coach", starts=11, ends=13)
    service = make_service()
    take(ada.resource_id, 9.5, 10)

    assert _free(service) == {10: ["Ada"], 10.5: ["Ada"], 11: ["Ada", "Eve"], 11.5: ["Eve"], 12: ["Eve"]}


def test_only_its_own_staff_offers_it_where_it_has_one(north: Any) -> None:
    make_worker("Ada Coach")
    eve = make_worker("Eve Coach")
    service = make_service(staff=[eve])

    assert _free(service)[9] == ["Eve"]


def test_who_left_or_works_for_another_brand_does_not_offer_it(north: Any) -> None:
    gone, _other = make_worker("Ada Coach"), make_worker("Eve Coach", brand=cast.make_brand("kids"))
    StaffMember.objects.filter(pk=gone.pk).update(is_active=False)

    assert offers(make_service()) == []


def test_buffers_lie_outside_of_the_hours_and_are_taken(north: Any) -> None:
    ada = make_worker()
    service = make_service(buffer_before_minutes=30, buffer_after_minutes=15)

    _book(service, 9)

    reservation = Reservation.objects.get()
    assert (reservation.during.lower, reservation.during.upper) == (at(8.5), at(10.25))
    assert (reservation.resource_id, reservation.service_id) == (ada.resource_id, service.pk)
    # 10:30 would need the time from 10:00 on.
    assert list(_free(service)) == [11]


def test_service_hours_cut_the_hours_of_the_staff(north: Any) -> None:
    make_worker(starts=8, ends=17)
    service = make_service()
    ServiceHours.objects.create(service=service, weekday=1, starts=time(10, 15), ends=time(12))

    # The grid begins where both are open.
    assert list(_free(service)) == [10.25, 10.75]


def test_exceptions_replace_the_hours_of_a_day(north: Any) -> None:
    ada, eve = make_worker("Ada Coach"), make_worker("Eve Coach")
    HoursException.objects.create(resource=ada.resource, date=date(2030, 1, 7))
    HoursException.objects.create(resource=eve.resource, date=date(2030, 1, 7), starts=time(20), ends=time(21))

    assert _free(make_service()) == {20: ["Eve"]}


def test_notice_and_horizon(north: Any) -> None:
    make_worker()
    service = make_service(notice_minutes=60, horizon_days=1)

    assert list(_free(service, now=at(9))) == [10, 10.5, 11]
    assert list(_free(service, now=at(-14.5))) == [9, 9.5]


def test_one_of_each_need_must_be_free(north: Any) -> None:
    make_worker()
    blue, red, scanner = make_resource("Blue"), make_resource("Red"), make_resource("Scanner")
    service = make_service()
    make_need(service, "room", blue, red)
    make_need(service, "scanner", scanner)
    take(blue, 9, 11)
    take(red, 10, 10.5)
    take(scanner, 11.5, 12)

    assert list(_free(service)) == [9, 10.5]
    taken = _book(service, 9)
    assert sorted(taken.resource_ids)[1:] == [red, scanner]
    with pytest.raises(errors.BusyError):
        _book(service, 9)


def test_a_room_of_a_location_that_is_closed_is_none(north: Any) -> None:
    make_worker()
    here = Location.objects.create(name="Here")
    closed, open_ = make_resource("Blue"), make_resource("Red")
    Resource.objects.filter(pk=closed).update(location=here)
    Closure.objects.create(name="Painters", starts_on=DAY.date(), ends_on=DAY.date(), location=here)
    service = make_service()
    make_need(service, "room", closed, open_)

    assert open_ in _book(service, 9).resource_ids


def test_a_need_that_nothing_meets(north: Any) -> None:
    make_worker()
    service = make_service()
    make_need(service, "room")

    assert _free(service) == {}
    with pytest.raises(errors.NeedsBusyError):
        _book(service, 9)


def test_a_room_that_is_gone_when_asked_is_passed_over_for_the_next(
    north: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_worker()
    blue, red = make_resource("Blue"), make_resource("Red")
    service = make_service()
    make_need(service, "room", blue, red)
    _taken_meanwhile(monkeypatch, blue)

    assert red in _book(service, 9).resource_ids


def _taken_meanwhile(monkeypatch: pytest.MonkeyPatch, *taken: int) -> None:
    """Somebody takes them between the look and the insert."""
    really = ledger.reserve

    def reserve(*, resource_ids: list[int], **how: Any) -> Any:
        if lost := [resource for resource in resource_ids if resource in taken]:
            raise SlotTakenError(resource_ids=lost, resources="it")
        return really(resource_ids=resource_ids, **how)

    monkeypatch.setattr(taking, "reserve", reserve)


@pytest.mark.parametrize("limit", ["max_per_day", "max_per_staff_per_day"])
def test_limits_of_a_day(north: Any, limit: str) -> None:
    make_worker("Ada Coach"), make_worker("Eve Coach")
    service = make_service(**{limit: 1})
    first = some()
    taken = _book(service, 9, subject=first)

    if limit == "max_per_day":
        assert _free(service) == {}
        with pytest.raises(errors.LimitReachedError):
            _book(service, 11)
    else:
        assert {tuple(names) for names in _free(service).values()} == {("Eve",)}
        assert _book(service, 11).offer.staff_id != taken.offer.staff_id
    # What is to be moved does not count.
    assert 11 in _free(service, but=first)
    # The next day has a limit of its own.
    assert ask(offers(service), brand_id=service.brand_id, within=Period(at(24), at(48))).free(now=NOW) != [0, 0]


def test_the_least_busy_gets_it_and_the_choice_is_recorded(north: Any) -> None:
    ada, eve, ivy = make_worker("Ada Coach"), make_worker("Eve Coach"), make_worker("Ivy Coach")
    service = make_service()
    take(ada.resource_id, 20, 21)
    # Equal that day; busier that week.
    take(eve.resource_id, 24 + 20, 24 + 21)
    # Of another week.
    take(ivy.resource_id, -2, -1)

    taken = _book(service, 9)

    assert taken.offer.staff_id == ivy.person_id
    assert taken.assignment == {
        "rule": "least_busy",
        "candidates": [
            {"staff_id": str(ivy.person_id), "day_minutes": 0, "week_minutes": 0},
            {"staff_id": str(eve.person_id), "day_minutes": 0, "week_minutes": 60},
            {"staff_id": str(ada.person_id), "day_minutes": 60, "week_minutes": 60},
        ],
        "chosen": str(ivy.person_id),
        "lost": [],
    }


def test_who_is_gone_when_asked_is_passed_over_for_the_next(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, eve = make_worker("Ada Coach"), make_worker("Eve Coach")
    service = make_service()
    _taken_meanwhile(monkeypatch, ada.resource_id)

    taken = _book(service, 9)

    assert taken.offer.staff_id == eve.person_id
    assert taken.assignment["lost"] == [str(ada.person_id)]
    _taken_meanwhile(monkeypatch, ada.resource_id, eve.resource_id)
    with pytest.raises(errors.BusyError):
        _book(service, 9)


@pytest.mark.parametrize(
    ("hour", "error"),
    [
        (8, errors.OutsideHoursError),
        (9.25, errors.OffGridError),
        (11.5, errors.OffGridError),
        (10, errors.BusyError),
        (24 * 800 + 9, errors.TooFarError),
        (-24 * 3 + 9.5, errors.TooSoonError),
        (-24 * 30 + 9, errors.PastError),
    ],
)
def test_why_a_start_is_not_free(north: Any, hour: float, error: type[DomainError]) -> None:
    ada = make_worker()
    service = make_service(notice_minutes=60 * 24)
    take(ada.resource_id, 10, 11)

    with pytest.raises(error):
        _book(service, hour, offered=offers(service, day=at(hour)))


def test_the_reason_nearest_to_a_yes_is_told(north: Any) -> None:
    ada = make_worker("Ada Coach")
    make_worker("Eve Coach", starts=15, ends=18)
    take(ada.resource_id, 9, 10)

    with pytest.raises(errors.BusyError):
        _book(make_service(), 9)


def test_nobody_to_ask(north: Any) -> None:
    with pytest.raises(errors.NoStaffError):
        take_offered_time(offers=[], brand_id=cast.main_brand().pk, start=at(9), subject=some(), now=NOW)


@pytest.mark.parametrize("number", [1, 4])
def test_the_statements_do_not_grow_with_the_staff(north: Any, number: int) -> None:
    for _ in range(number):
        make_worker()
    service = make_service(max_per_day=9)
    make_need(service, "room", make_resource())

    with CaptureQueriesContext(connection) as captured:
        question = ask(offers(service), brand_id=service.brand_id, within=WITHIN)
        question.free(now=NOW)

    # The service, its hours, needs, their resources and its staff; who works when; what is taken; how many.
    assert len(captured) == 8


def test_a_limit_counts_the_days_of_the_services_zone(north: Any) -> None:
    """At 23:00 UTC it is the next day in Berlin."""
    make_worker(starts=0, ends=0)
    service = make_service(max_per_day=1, timezone="Europe/Berlin")
    _book(service, 23)

    assert max(_free(service)) == 22
    with pytest.raises(errors.LimitReachedError):
        _book(service, 25, offered=offers(service, day=at(24)))
    _book(service, 22)
