"""Free ranges over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from scheduling.models import Service, StaffMember
from scheduling.rules.intervals import Period
from scheduling.services.ledger import reserve
from tests.scheduling.ledger import make_resource, some
from tests.support import cast, visiting
from tests.support.http import Rest

HALF = timedelta(minutes=30)


def _get(rest: Rest, *, headers: Any = None, **query: Any) -> Any:
    asked = {
        "from": cast.tomorrow_at(0).isoformat(), "to": cast.tomorrow_at(0, days=3).isoformat(), "timezone": "UTC",
        "as": "ranges", **query,
    }  # fmt: skip
    return rest.get(f"/v1/availability?{urlencode(asked)}", headers=headers)


def _ranges(answer: Any) -> list[tuple[str, datetime, datetime]]:
    assert answer.status_code == 200, answer.content
    return [
        (one["staff_id"], datetime.fromisoformat(one["start_at"]), datetime.fromisoformat(one["end_at"]))
        for day in answer.json()["days"]
        for one in day["ranges"]
    ]


def _take(resource_id: int, start: datetime, minutes: int = 30) -> None:
    reserve(resource_ids=[resource_id], period=Period.lasting(start, minutes=minutes), subject=some(), now=start)


def test_the_free_time_of_each_staff_member_by_days(rest: Rest, ada: StaffMember, service: Service) -> None:
    eve = cast.make_coach("Eve Coach")
    service.staff.add(eve)
    cast.make_service(eve, code="other")
    _take(ada.resource_id, cast.tomorrow_at(10))

    answer = _get(rest, service_id=service.pk)

    body = answer.json()
    assert [day["date"] for day in body["days"]] == [cast.tomorrow_at(0, days=n).date().isoformat() for n in (1, 2)]
    assert all(set(day) == {"date", "ranges"} for day in body["days"])
    ids = {"ada": str(ada.person_id), "eve": str(eve.person_id)}
    at = cast.tomorrow_at
    assert sorted(_ranges(answer)) == sorted(
        [
            (ids["ada"], at(9), at(10)),
            (ids["eve"], at(9), at(17)),
            (ids["ada"], at(10, 30), at(17)),
            (ids["ada"], at(9, days=2), at(17, days=2)),
            (ids["eve"], at(9, days=2), at(17, days=2)),
        ]
    )
    assert [start for _, start, _ in _ranges(answer)] == sorted(start for _, start, _ in _ranges(answer))


def test_time_in_which_nothing_on_the_grid_fits_is_left_out(rest: Rest, ada: StaffMember, service: Service) -> None:
    _take(ada.resource_id, cast.tomorrow_at(9), 10)
    _take(ada.resource_id, cast.tomorrow_at(9, 50), 10)
    _take(ada.resource_id, cast.tomorrow_at(10, 20), 400)

    # 9:10 to 9:50 has room for half an hour, but nothing starts there; 10:00 to 10:20 has none.
    assert [start for _, start, _ in _ranges(_get(rest, service_id=service.pk))] == [cast.tomorrow_at(9, days=2)]


def test_buffers_are_no_time_to_choose(rest: Rest, ada: StaffMember) -> None:
    service = cast.make_service(ada, buffer_before_minutes=15, buffer_after_minutes=30)
    _take(ada.resource_id, cast.tomorrow_at(12), 60)

    first, second, _next_day = _ranges(_get(rest, service_id=service.pk))

    assert (first[2], second[1]) == (cast.tomorrow_at(11, 30), cast.tomorrow_at(13, 15))


def test_where_the_room_changes_nothing_fits_across(rest: Rest, ada: StaffMember, service: Service) -> None:
    blue, red = make_resource("Blue"), make_resource("Red")
    service.needs.create(name="A room").resources.set([blue, red])
    _take(blue, cast.tomorrow_at(11), 8 * 60)
    _take(red, cast.tomorrow_at(8), 3 * 60 - 15)

    first, second, _next_day = _ranges(_get(rest, service_id=service.pk))

    assert (first[2], second[1]) == (cast.tomorrow_at(11), cast.tomorrow_at(10, 45))


def test_so_many_minutes_of_some_of_the_staff(rest: Rest, ada: StaffMember, service: Service) -> None:
    _take(ada.resource_id, cast.tomorrow_at(11))

    found = _ranges(_get(rest, duration_minutes=180, staff_id=ada.person_id))

    assert found[0] == (str(ada.person_id), cast.tomorrow_at(11, 30), cast.tomorrow_at(17))
    assert _ranges(_get(rest, duration_minutes=30, staff_id=cast.make_coach("Eve").person_id)) == []


def test_slots_are_ranges(rest: Rest) -> None:
    provider, service = visiting.make_provider(), visiting.make_visit_type()
    for number in range(2):
        visiting.make_slot(provider, cast.tomorrow_at(9) + number * HALF)

    assert [(start, end) for _, start, end in _ranges(_get(rest, service_id=service.pk))] == [
        (cast.tomorrow_at(9) + number * HALF, cast.tomorrow_at(9) + (number + 1) * HALF) for number in range(2)
    ]


def test_a_range_over_midnight_is_of_the_day_on_which_it_begins(rest: Rest, service: Service) -> None:
    """Nine to five in London is the evening, and the next morning, in Auckland."""
    for day in _get(rest, service_id=service.pk, timezone="Pacific/Auckland").json()["days"]:
        for one in day["ranges"]:
            assert datetime.fromisoformat(one["end_at"]) - datetime.fromisoformat(one["start_at"]) == 16 * HALF


def test_polling_ranges(rest: Rest, ada: StaffMember, service: Service) -> None:
    asked = {"service_id": service.pk}
    answer = _get(rest, **asked)
    cursor = answer.json()["cursor"]
    assert _get(rest, headers={"If-None-Match": answer["ETag"]}, **asked).status_code == 304
    assert _get(rest, since=cursor, **asked).json()["days"] == []

    _take(ada.resource_id, cast.tomorrow_at(16, 55, days=2), 5)

    assert _get(rest, headers={"If-None-Match": answer["ETag"]}, **asked).status_code == 200
    (day,) = _get(rest, since=cursor, **asked).json()["days"]
    assert (day["date"], len(day["ranges"])) == (cast.tomorrow_at(0, days=2).date().isoformat(), 1)
    # The cursor of a list of starts says nothing of ranges.
    of_starts = _get(rest, **{**asked, "as": "starts"}).json()["cursor"]
    assert list(_get(rest, since=of_starts, **asked).json()["errors"]) == ["since"]


@pytest.mark.parametrize("form", ["", "minutes", "STARTS"])
def test_another_form_is_refused_by_field(rest: Rest, form: str) -> None:
    answer = _get(rest, **{"as": form})

    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == ["as"]


def test_a_month_whose_clocks_go_back_is_no_longer_than_a_month(rest: Rest, service: Service) -> None:
    """October in Berlin is 31 days and an hour."""
    october = {"timezone": "Europe/Berlin", "from": "2028-10-01T00:00:00+02:00", "service_id": service.pk}

    answer = _get(rest, **october, to="2028-11-01T00:00:00+01:00")

    assert (answer.status_code, len(answer.json()["days"])) == (200, 31)
    assert _get(rest, **october, to="2028-11-02T00:00:00+01:00").status_code == 400
