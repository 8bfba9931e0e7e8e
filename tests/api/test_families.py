"""Each family's envelope and statuses, and which family answers where."""

import pytest

from api.families import FLEXTELL, LEKO, LOOP, PLATFORM, UPVIO, Family, Refusal, family_of
from tenants.errors import Kind

CONFLICT = Refusal(
    status=409,
    code="slot_taken",
    message="Taken.",
    fields={"slot_at": ["Is taken."]},
    path="/v1/x",
    request_id="r-1",
)


def _as(status: int) -> Refusal:
    return Refusal(status=status, code="a_code", message="A message.", path="/v1/x", request_id="r-1")


def test_loop_has_error_and_message_and_on_401_a_description() -> None:
    assert LOOP.envelope(CONFLICT) == {"error": "slot_taken", "message": "Taken."}
    assert LOOP.envelope(_as(401)) == {
        "error": "a_code",
        "message": "A message.",
        "error_description": "A message.",
    }


def test_leko_has_a_list_of_errors_and_on_404_one_bare_error() -> None:
    error = {"code": "slot_taken", "message": "Taken.", "endpoint": "/v1/x", "requestId": "r-1"}
    assert LEKO.envelope(CONFLICT) == {"errors": [error]}
    assert LEKO.envelope(_as(404)) == {**error, "code": "a_code", "message": "A message."}


def test_wrong_fields_have_the_word_of_the_familys_contract() -> None:
    assert LEKO.code_of("validation_error") == "validation"
    assert {family.code_of("validation_error") for family in (LOOP, UPVIO, FLEXTELL, PLATFORM)} == {"validation_error"}
    assert LEKO.code_of("slot_taken") == "slot_taken"


def test_upvio_has_the_status_and_a_title() -> None:
    assert UPVIO.envelope(CONFLICT) == {"error": {"code": 409, "title": "Taken."}}


def test_flextell_has_error_message_and_what_is_wrong_with_each_field() -> None:
    assert FLEXTELL.envelope(CONFLICT) == {
        "error": "slot_taken",
        "message": "Taken.",
        "errors": {"slot_at": ["Is taken."]},
    }
    assert "errors" not in FLEXTELL.envelope(_as(404))


def test_the_platforms_own_has_problem_details() -> None:
    assert PLATFORM.envelope(CONFLICT) == {
        "type": "/docs/errors#slot_taken",
        "title": "Slot taken",
        "status": 409,
        "code": "slot_taken",
        "detail": "Taken.",
        "request_id": "r-1",
        "errors": {"slot_at": ["Is taken."]},
    }
    assert PLATFORM.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("family", "statuses"),
    [
        (LOOP, (400, 403, 404, 409, 412)),
        (LEKO, (400, 403, 404, 400, 400)),
        (UPVIO, (400, 403, 404, 409, 409)),
        (FLEXTELL, (400, 403, 404, 409, 409)),
        (PLATFORM, (400, 403, 404, 409, 409)),
    ],
    ids=lambda value: value.name if isinstance(value, Family) else "",
)
def test_each_kind_of_refusal_has_its_familys_status(family: Family, statuses: tuple[int, ...]) -> None:
    kinds = (Kind.INVALID, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.CONFLICT, Kind.STATE)

    assert tuple(family.status_of(kind) for kind in kinds) == statuses


@pytest.mark.parametrize(
    ("request_line", "family"),
    [
        ("POST /v1/coaches/1/bookings", LOOP),
        ("GET /v1/visits", LOOP),
        ("POST /v1/providers", LOOP),
        ("GET /v1/bookings/me", LOOP),
        ("DELETE /v1/bookings/1", LOOP),
        ("DELETE /v1/bookings/me", LOOP),
        ("POST /v1/bookings/1/reschedule", LOOP),
        ("POST /v1/bookings/1/complete", LOOP),
        ("POST /v1/bookings/1/no-show", LOOP),
        ("PATCH /v1/bookings/1/completed", LEKO),
        ("DELETE /v1/bookings/user-data", LEKO),
        ("GET /v1/bookings/1", LEKO),
        ("POST /v1/bookings/notify", LEKO),
        ("GET /v1/bookings", LEKO),
        ("PATCH /v1/bookings/1/note", LEKO),
        ("GET /v1/events", LEKO),
        ("GET /v1/histories", LEKO),
        ("POST /v1/businesses/1/appointments", UPVIO),
        ("GET /v1/businesses", UPVIO),
        ("GET /v1/appointments/1", FLEXTELL),
        ("POST /v1/doctors", FLEXTELL),
        ("PUT /v1/settings/appointment", FLEXTELL),
        ("PUT /v1/tenant", FLEXTELL),
        ("GET /v1/clients", PLATFORM),
        ("GET /v1/staff", PLATFORM),
        ("GET /v1/coachesandmore", PLATFORM),
        ("GET /v1/nothing", PLATFORM),
    ],
)
def test_method_and_path_choose_the_family(request_line: str, family: Family) -> None:
    method, path = request_line.split()

    assert family_of(method, path) is family
