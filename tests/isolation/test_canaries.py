"""What one tenant, or one brand, knows is never read in another: not in an answer, an error, a mail or a log."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail

from notifications.models import Message
from tenants.context import use
from tests.isolation.world import Corner, body_for, fill
from tests.notifications import scene
from tests.support.http import Rest
from tests.support.routes import Operation, operations

READS = [operation for operation in operations() if operation.method == "GET"]
QUERIES = ("", "?email=client@canary-north.example.com", "?cursor=cD0x&from=nonsense")


@dataclass(frozen=True, slots=True)
class World:
    north: Any
    south: Any
    main: Corner
    kids: Corner
    far: Corner


@pytest.fixture
def world(north: Any, south: Any) -> World:
    return World(
        north=north,
        south=south,
        main=fill(north, canary="canary-north"),
        kids=fill(north, canary="canary-kids", brand_slug="kids"),
        far=fill(south, canary="canary-south"),
    )


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def _read_all(tenant: Any, own: Corner, ids: dict[str, Any]) -> bytes:
    """All that the tokens of a corner read at all addresses, headers included."""
    answers = [
        Rest(tenant, token).get(operation.path(ids) + query)
        for token in own.tokens.values()
        for operation in READS
        for query in (*QUERIES, f"?brand_id={ids['brand']}", *_whose(operation, ids))
    ]
    assert all(answer.status_code < 500 for answer in answers)
    return b"\n".join(answer.serialize() for answer in answers)


def _whose(operation: Operation, ids: dict[str, Any]) -> list[str]:
    """How the lists of events and of what is booked in them are asked for those of a corner."""
    if operation.noun not in {"bookings", "histories", "events"}:
        return []
    return [f"?userId={ids['clients.pk']}", f"?userId={ids['staff.pk']}", f"?eventId={ids['events.id']}"]


def _write_all(tenant: Any, own: Corner, ids: dict[str, Any], body: dict[str, Any]) -> bytes:
    answers = [
        Rest(tenant, token).request(operation.method, operation.path(ids), body)
        for token in own.tokens.values()
        for operation in operations()
        if operation.method != "GET"
    ]
    assert all(answer.status_code < 500 for answer in answers)
    return b"\n".join(answer.serialize() for answer in answers)


def test_a_tenant_reads_its_own_canary_so_the_other_tests_could_fail(world: World) -> None:
    assert b"canary-north" in _read_all(world.north, world.main, world.main.ids)
    assert b"canary-kids" in _read_all(world.north, world.kids, world.kids.ids)
    assert b"canary-south" in _read_all(world.south, world.far, world.far.ids)


def test_no_answer_holds_the_canary_of_another_tenant(world: World) -> None:
    for ids in (world.far.ids, world.main.ids, world.kids.ids):
        seen = _read_all(world.south, world.far, ids)

        assert b"canary-north" not in seen
        assert b"canary-kids" not in seen


def test_no_answer_holds_the_canary_of_another_brand(world: World) -> None:
    for ids in (world.main.ids, world.kids.ids):
        assert b"canary-kids" not in _read_all(world.north, world.main, ids)
        assert b"canary-north" not in _read_all(world.north, world.kids, ids)


def test_no_refusal_of_a_write_holds_the_canary_of_another_tenant(world: World) -> None:
    body = {**body_for(world.far), "brand_id": world.main.brand.pk}

    seen = _write_all(world.south, world.far, world.main.ids, body)

    assert b"canary-north" not in seen


def test_no_refusal_of_a_write_holds_the_canary_of_another_brand(world: World) -> None:
    seen = _write_all(
        world.north, world.main, world.kids.ids, {**body_for(world.main), "brand_id": world.kids.brand.pk}
    )

    assert b"canary-kids" not in seen


def test_a_mail_holds_the_canary_of_its_own_brand_alone(world: World) -> None:
    for tenant, corners in ((world.north, (world.main, world.kids)), (world.south, (world.far,))):
        mail.outbox.clear()
        with use(tenant):
            scene.send_due()
            about = [message.subject_id for message in Message.objects.filter(state="sent")]
        assert sorted(about) == sorted(subject for corner in corners for subject in corner.told)
        assert len(mail.outbox) == len(about)
        for sent in mail.outbox:
            raw = _decoded(sent.message())
            (own,) = [corner.canary for corner in corners if corner.canary in sent.to[0]]
            assert own in raw
            assert not [c for c in ("canary-north", "canary-kids", "canary-south") if c != own and c in raw]


def test_no_log_record_holds_a_canary(world: World, log: pytest.LogCaptureFixture) -> None:

    log.clear()
    _read_all(world.north, world.main, world.main.ids)
    _write_all(world.north, world.main, world.main.ids, body_for(world.main))
    scene.send_due()

    # Django's own log of statements is off outside of DEBUG; it is not what production writes.
    said = [record.getMessage() for record in log.records if record.name != "django.db.backends"]
    assert not [text for text in said if "canary" in text]


def _decoded(message: Any) -> str:
    """Headers and all parts, without their transfer encoding."""
    parts = [part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *parts])
