"""Availability and holds over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from scheduling.models import Hold, Reservation, Service, StaffMember
from scheduling.rules.intervals import Period
from scheduling.services.ledger import reserve
from tests.scheduling.ledger import some
from tests.support import cast, visiting
from tests.support.http import Rest


def _get(rest: Rest, headers: dict[str, str] | None = None, **query: Any) -> Any:
    asked = {
        "from": cast.tomorrow_at(0).isoformat(),
        "to": cast.tomorrow_at(0, days=3).isoformat(),
        "timezone": "UTC",
        **query,
    }
    return rest.get(f"/v1/availability?{urlencode(asked)}", headers=headers)


def _starts(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [start["start_at"] for day in answer.json()["days"] for start in day["starts"]]


def _written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _hold(rest: Rest, service: Any, start: datetime, **more: Any) -> Any:
    return rest.post("/v1/holds", {"service_id": str(service.pk), "start_at": start.isoformat(), **more})


def test_free_starts_by_day_each_with_who_could_take_it(rest: Rest, ada: StaffMember, service: Service) -> None:
    eve = cast.make_coach("Eve Coach")
    service.staff.add(eve)
    cast.make_service(eve, code="other")
    _take(ada, cast.tomorrow_at(9, days=1))

    body = _get(rest, service_id=service.pk).json()

    assert (body["service_id"], body["timezone"]) == (str(service.pk), "UTC")
    assert [(day["date"], len(day["starts"])) for day in body["days"]] == [
        (cast.tomorrow_at(0, days=number).date().isoformat(), 16) for number in (1, 2)
    ]
    first, second = body["days"][0]["starts"][:2]
    assert first == {"start_at": _written(cast.tomorrow_at(9)), "staff_ids": [str(eve.person_id)]}
    assert second["staff_ids"] == [str(ada.person_id), str(eve.person_id)]


def _take(staff_member: StaffMember, start: datetime) -> None:
    reserve(
        resource_ids=[staff_member.resource_id], period=Period.lasting(start, minutes=30), subject=some(), now=start
    )


def test_only_the_staff_that_is_asked_for(rest: Rest, ada: StaffMember, service: Service) -> None:
    eve = cast.make_coach("Eve Coach")

    assert _starts(_get(rest, service_id=service.pk, staff_id=eve.person_id)) == []
    both = f"{eve.person_id},{ada.person_id}"
    assert len(_starts(_get(rest, service_id=service.pk, staff_id=both))) == 32


def test_without_a_service_so_many_minutes_of_anybody(rest: Rest, service: Service) -> None:
    assert len(_starts(_get(rest, duration_minutes=240))) == 2 * 17
    assert len(_starts(_get(rest))) == 2 * 31


def test_days_are_dated_in_the_zone_that_is_asked_for(rest: Rest, service: Service) -> None:
    """Nine to five in London is the evening, and the next morning, in Auckland."""
    body = _get(rest, service_id=service.pk, timezone="Pacific/Auckland").json()

    assert body["timezone"] == "Pacific/Auckland"
    assert len(body["days"]) == 3
    for day in body["days"]:
        for start in day["starts"]:
            local = datetime.fromisoformat(start["start_at"]).astimezone(ZoneInfo("Pacific/Auckland"))
            assert local.date().isoformat() == day["date"]


def test_polling_with_the_etag_costs_304_until_something_changes(rest: Rest, service: Service) -> None:
    etag = _get(rest, service_id=service.pk)["ETag"]

    assert _get(rest, service_id=service.pk, headers={"If-None-Match": etag}).status_code == 304
    hold = _hold(rest, service, cast.tomorrow_at(9)).json()
    changed = _get(rest, service_id=service.pk, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert rest.delete(f"/v1/holds/{hold['id']}").status_code == 204
    assert _get(rest, service_id=service.pk, headers={"If-None-Match": etag}).status_code == 304


def test_the_cursor_says_which_days_have_changed(rest: Rest, service: Service) -> None:
    cursor = _get(rest, service_id=service.pk).json()["cursor"]
    assert _get(rest, service_id=service.pk, since=cursor).json() == {
        "service_id": str(service.pk), "timezone": "UTC", "days": [], "cursor": cursor,
    }  # fmt: skip

    _hold(rest, service, cast.tomorrow_at(9, days=2))
    (day,) = _get(rest, service_id=service.pk, since=cursor).json()["days"]
    assert (day["date"], len(day["starts"])) == (cast.tomorrow_at(0, days=2).date().isoformat(), 15)

    # A day that goes by is none that has changed; one that was not asked for before is.
    later = _get(rest, service_id=service.pk, since=cursor, to=cast.tomorrow_at(0, days=4).isoformat()).json()
    assert [day["date"] for day in later["days"]] == [
        cast.tomorrow_at(0, days=number).date().isoformat() for number in (2, 3)
    ]


def test_an_expired_hold_changes_its_day_too(rest: Rest, service: Service) -> None:
    hold = _hold(rest, service, cast.tomorrow_at(9)).json()
    cursor = _get(rest, service_id=service.pk).json()["cursor"]

    Reservation.objects.filter(subject_id=hold["id"]).update(expires_at=cast.tomorrow_at(0, days=-9))

    assert len(_get(rest, service_id=service.pk, since=cursor).json()["days"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"service_id": "x"}, "service_id"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"duration_minutes": 1441}, "duration_minutes"),
        ({"staff_id": "x"}, "staff_id"),
        ({"staff_id": ",".join(["be3c4e50-c80c-574a-988b-1ee4be5e4eee"] * 201)}, "staff_id"),
        ({"from": "2030-01-01"}, "from"),
        ({"to": "2000-01-01T00:00:00Z"}, "to"),
        ({"to": "2900-01-01T00:00:00Z"}, "to"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"since": "x"}, "since"),
        ({"since": "AAAA"}, "since"),
        ({"since": "é"}, "since"),
    ],
)
def test_a_bad_question_is_refused_by_field(rest: Rest, query: dict[str, Any], field: str) -> None:
    answer = _get(rest, **query)

    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == [field]


def test_the_cursor_of_another_question_is_refused(rest: Rest, service: Service) -> None:
    cursor = _get(rest, service_id=service.pk).json()["cursor"]

    assert _get(rest, duration_minutes=30, since=cursor).status_code == 400


def test_a_service_with_a_length_of_its_own_is_asked_for_no_other(rest: Rest, service: Service) -> None:
    assert list(_get(rest, service_id=service.pk, duration_minutes=30).json()["errors"]) == ["duration_minutes"]


def test_a_service_of_another_brand_is_not_there(north: Any, service: Service) -> None:
    of_kids = Rest(north, cast.make_token(scopes=["read:availability"], brand=cast.make_brand("kids")))

    assert _get(of_kids, service_id=service.pk).status_code == 404


@pytest.mark.parametrize("staff", [1, 3])
def test_the_statements_do_not_grow_with_the_staff(rest: Rest, service: Service, staff: int) -> None:
    for _ in range(staff - 1):
        member = cast.make_coach()
        cast.make_service(member, code=f"other-{member.pk}")
        service.staff.add(member)
    _get(rest, service_id=service.pk)

    with CaptureQueriesContext(connection) as captured:
        assert len(_get(rest, service_id=service.pk).json()["days"][0]["starts"][0]["staff_ids"]) == staff

    # Tenant, token; the service with its hours, needs and staff; who works when; what is taken.
    assert len(captured) == 8, [query["sql"][:90] for query in captured]


def test_why_a_start_is_free_and_who_would_be_asked(rest: Rest, ada: StaffMember, service: Service) -> None:
    start = cast.tomorrow_at(10)

    body = rest.post("/v1/availability/explain", {"service_id": str(service.pk), "start_at": start.isoformat()}).json()

    assert body == {
        "start_at": _written(start),
        "bookable": True,
        "reason": None,
        "message": None,
        "staff": [{"staff_id": str(ada.person_id), "reason": None}],
        "candidates": [{"staff_id": str(ada.person_id), "day_minutes": 0, "week_minutes": 0}],
        "nearest": [_written(start + timedelta(minutes=minutes)) for minutes in (-60, -30, 30)],
    }


def test_what_is_refused_is_refused_with_the_reason_of_explain(rest: Rest, ada: StaffMember, service: Service) -> None:
    _take(ada, cast.tomorrow_at(10))

    for start, reason in (
        (cast.tomorrow_at(10), "busy"),
        (cast.tomorrow_at(8), "outside_hours"),
        (cast.tomorrow_at(10) + timedelta(minutes=1), "off_grid"),
        (cast.tomorrow_at(10, days=-2), "past"),
        (cast.tomorrow_at(10, days=90), "too_far"),
    ):
        asked = {"service_id": str(service.pk), "start_at": start.isoformat()}
        explained = rest.post("/v1/availability/explain", asked).json()
        refused = rest.post("/v1/holds", asked)

        assert (explained["bookable"], explained["reason"]) == (False, reason)
        assert (refused.status_code, refused.json()["code"]) == (409, reason)
        assert explained["message"] == refused.json()["detail"]


def test_nobody_offers_it(rest: Rest, service: Service) -> None:
    eve = cast.make_coach("Eve Coach")
    asked = {
        "service_id": str(service.pk),
        "start_at": cast.tomorrow_at(10).isoformat(),
        "staff_ids": [str(eve.person_id)],
    }

    assert rest.post("/v1/availability/explain", asked).json()["reason"] == "no_staff"
    assert rest.post("/v1/holds", asked).json()["code"] == "no_staff"


def test_a_hold_says_whose_time_it_keeps_and_how_long(rest: Rest, ada: StaffMember, service: Service) -> None:
    answer = _hold(rest, service, cast.tomorrow_at(10), minutes=2)

    assert answer.status_code == 201
    body = answer.json()
    hold = Hold.objects.get()
    assert body == {
        "id": str(hold.pk),
        "service_id": str(service.pk),
        "staff_id": str(ada.person_id),
        "start_at": _written(cast.tomorrow_at(10)),
        "duration_minutes": 30,
        "expires_at": _written(hold.expires_at),
        "assignment": None,
    }
    assert timedelta(minutes=1) < hold.expires_at - hold.created_at < timedelta(minutes=3)
    # Nobody else gets it, by whatever path.
    assert _hold(rest, service, cast.tomorrow_at(10)).json()["code"] == "busy"


def test_a_hold_keeps_others_from_the_coachs_office_hours(north: Any, ada: StaffMember, service: Service) -> None:
    cast.make_office_hour(ada)
    rest = Rest(north, cast.make_token(), **{"X-Current-User-Id": str(cast.make_client().person_id)})
    hold = _hold(rest, service, cast.tomorrow_at(10)).json()
    slot = {"slot_at": cast.tomorrow_at(10).isoformat()}
    path = f"/v1/coaches/{ada.person_id}"

    listed = [one["slot_at"] for one in rest.get(f"{path}/slots").json()["slots"]]
    assert _written(cast.tomorrow_at(10)) not in listed
    assert rest.post(f"{path}/bookings", slot).status_code == 409

    Reservation.objects.filter(subject_id=hold["id"]).update(expires_at=cast.tomorrow_at(0, days=-9))
    listed = [one["slot_at"] for one in rest.get(f"{path}/slots").json()["slots"]]
    assert _written(cast.tomorrow_at(10)) in listed
    assert rest.post(f"{path}/bookings", slot).status_code == 201


def test_an_office_hour_can_be_asked_for_and_held_like_a_service(rest: Rest, ada: StaffMember) -> None:
    office_hour = cast.make_office_hour(ada)

    assert len(_starts(_get(rest, service_id=office_hour.pk))) == 32
    assert _hold(rest, office_hour, cast.tomorrow_at(10)).json()["service_id"] == str(office_hour.pk)
    assert len(_starts(_get(rest, service_id=office_hour.pk))) == 31


def test_a_person_keeps_three_at_a_time(north: Any, service: Service) -> None:
    client = cast.make_client()
    of_client = Rest(north, cast.make_token(user=cast.make_user(client), scopes=["write:holds"]))

    held = [_hold(of_client, service, cast.tomorrow_at(9 + number)) for number in range(4)]

    assert [answer.status_code for answer in held] == [201, 201, 201, 409]
    assert held[3].json()["code"] == "too_many_holds"
    assert of_client.delete(f"/v1/holds/{held[0].json()['id']}").status_code == 204
    assert _hold(of_client, service, cast.tomorrow_at(9)).status_code == 201


def test_nobody_releases_what_another_holds(north: Any, rest: Rest, service: Service) -> None:
    hold = _hold(rest, service, cast.tomorrow_at(10)).json()
    of_client = Rest(north, cast.make_token(user=cast.make_user(cast.make_client()), scopes=["write:holds"]))

    assert of_client.delete(f"/v1/holds/{hold['id']}").status_code == 404
    assert Hold.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 11}, "minutes"),
        ({"start_at": "2030-01-01T09:00:00"}, "start_at"),
        ({"start_at": None}, "start_at"),
        ({"staff_ids": []}, "staff_ids"),
        ({"staff_ids": ["x"]}, "staff_ids.0"),
        ({"duration_minutes": 30}, "duration_minutes"),
    ],
)
def test_a_bad_hold_is_refused_by_field(rest: Rest, service: Service, body: dict[str, Any], field: str) -> None:
    right = {"service_id": str(service.pk), "start_at": cast.tomorrow_at(10).isoformat()}

    answer = rest.post("/v1/holds", {**right, **body})

    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == [field]
    assert not Hold.objects.exists()


def test_who_signs_in_and_is_no_person_keeps_three_too(north: Any, service: Service) -> None:
    user = User.objects.create_user("eve@example.com", "a password")
    of_user = Rest(north, cast.make_token(user=user, scopes=["write:holds"]))

    held = [_hold(of_user, service, cast.tomorrow_at(9 + number)).status_code for number in range(4)]

    assert held == [201, 201, 201, 409]


def test_where_no_slot_is_open_a_hold_is_refused_with_the_reason_of_explain(rest: Rest) -> None:
    """Also where the same provider has a slot an hour later."""
    service = visiting.make_visit_type()
    visiting.make_slot(visiting.make_provider(), cast.tomorrow_at(11))
    asked = {"service_id": str(service.pk), "start_at": cast.tomorrow_at(10).isoformat()}

    explained = rest.post("/v1/availability/explain", asked).json()

    assert (explained["reason"], explained["nearest"]) == ("no_staff", [_written(cast.tomorrow_at(11))])
    assert rest.post("/v1/holds", asked).json()["code"] == "no_staff"
