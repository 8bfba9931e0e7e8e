"""ETags and If-Match: nobody's change is overwritten unseen."""

from typing import Any

import pytest

from tests.support import cast
from tests.support.committed import committed, in_threads
from tests.support.http import Rest


@pytest.fixture
def rest(north: Any) -> Rest:
    return Rest(north, cast.make_token())


@pytest.mark.parametrize("path", ["/v1/clients", "/v1/staff"])
def test_the_etag_is_strong_and_rises_with_each_change(rest: Rest, path: str) -> None:
    made = rest.post(path, {"given_name": "Ada"})
    one = f"{path}/{made.json()['id']}"
    assert made["ETag"] == rest.get(one)["ETag"] == '"1"'

    changed = rest.patch(one, {"given_name": "Eve"}, if_match='"1"')

    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert rest.get(one)["ETag"] == '"2"'


@pytest.mark.parametrize("path", ["/v1/clients", "/v1/staff"])
def test_a_change_without_if_match_is_428_and_changes_nothing(rest: Rest, path: str) -> None:
    one = f"{path}/{rest.post(path, {'given_name': 'Ada'}).json()['id']}"
    refused = rest.patch(one, {"given_name": "Eve"}, if_match=None)
    assert (refused.status_code, refused.json()["code"]) == (428, "precondition_required")
    assert rest.get(one).json()["given_name"] == "Ada"


@pytest.mark.parametrize("tag", ['"2"', 'W/"1"', '"one"', '""', '"2", "3"', '"99999999999999999999"'])
def test_a_change_of_another_version_is_412_and_changes_nothing(rest: Rest, tag: str) -> None:
    one = f"/v1/clients/{rest.post('/v1/clients', {'given_name': 'Ada'}).json()['id']}"
    refused = rest.patch(one, {"given_name": "Eve"}, if_match=tag)
    assert (refused.status_code, refused.json()["code"]) == (412, "version_mismatch")
    assert "version 1" in refused.json()["detail"]
    assert rest.get(one).json()["given_name"] == "Ada"


@pytest.mark.parametrize("tag", ['"1"', "*", '"7", "1"', ' "1" , W/"2"'])
def test_a_change_of_this_version_is_made(rest: Rest, tag: str) -> None:
    one = f"/v1/clients/{rest.post('/v1/clients', {'given_name': 'Ada'}).json()['id']}"
    assert rest.patch(one, {"given_name": "Eve"}, if_match=tag).status_code == 200


@pytest.mark.parametrize("tag", ["1", "", "abc", '"1', '"1" "2"'])
def test_what_is_no_etag_is_400_naming_the_header(rest: Rest, tag: str) -> None:
    one = f"/v1/clients/{rest.post('/v1/clients', {'given_name': 'Ada'}).json()['id']}"
    refused = rest.patch(one, {"given_name": "Eve"}, if_match=tag)
    assert refused.status_code in ({400} if tag else {400, 412})
    assert rest.get(one).json()["given_name"] == "Ada"


def test_who_has_this_version_is_told_304_without_a_body(rest: Rest) -> None:
    one = f"/v1/clients/{rest.post('/v1/clients', {'given_name': 'Ada'}).json()['id']}"
    again = rest.get(one, headers={"If-None-Match": '"1"'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", '"1"')
    assert rest.get(one, headers={"If-None-Match": '"2"'}).status_code == 200


def test_a_booking_is_cancelled_with_its_version_or_with_none(rest: Rest) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    body = {"slot_at": cast.tomorrow_at(9).isoformat()}
    acting = {"X-Current-User-Id": str(client.person_id)}
    made = rest.post(f"/v1/coaches/{coach.person_id}/bookings", body, headers=acting)
    one = f"/v1/bookings/{made.json()['id']}"
    assert made["ETag"] == '"1"'

    refused = rest.delete(one, headers={**acting, "If-Match": '"2"'})
    assert (refused.status_code, refused.json()["error"]) == (412, "version_mismatch")

    cancelled = rest.delete(one, headers={**acting, "If-Match": '"1"'})
    assert (cancelled.status_code, cancelled["ETag"]) == (200, '"2"')


def test_of_two_who_change_the_same_version_at_once_one_is_told(django_db_blocker: Any) -> None:
    from tenants.context import use
    from tenants.resolution import resolve

    with committed(django_db_blocker):
        tenant: Any = resolve(host="north.test", number=None)
        with use(tenant):
            client = cast.make_client()
            token = cast.make_token()

        def change(name: str) -> int:
            rest = Rest(tenant, token)
            return int(rest.patch(f"/v1/clients/{client.person_id}", {"given_name": name}, if_match='"1"').status_code)

        assert sorted(in_threads(lambda: change("Eve"), lambda: change("Zoe"))) == [200, 412]


@pytest.mark.parametrize("tag", ['"2"', '"2", "3"', 'W/"1"'])
def test_reading_another_version_is_412_with_a_body_that_says_so(rest: Rest, tag: str) -> None:
    one = f"/v1/clients/{rest.post('/v1/clients', {'given_name': 'Ada'}).json()['id']}"

    answer = rest.get(one, headers={"If-Match": tag})

    assert (answer.status_code, answer.json()["code"]) == (412, "version_mismatch")
    assert answer["Content-Type"] == "application/problem+json"
    assert rest.get(one, headers={"If-Match": '"1"'}).status_code == 200
