"""Beat's sweep: wakes a worker for each tenant with something due, and for nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from kombu.exceptions import OperationalError

from notifications import tasks
from notifications.models import Message
from notifications.services import send_due as sending
from notifications.services import wake
from notifications.services.hints import due_hints
from notifications.services.next_due import next_due_of_all
from tenants.context import activate_public, current_schema, use, use_public
from tenants.leases import database_now
from tenants.models import Tenant
from tenants.services.set_status import set_status
from tenants.valkey import valkey
from tests.notifications import scene


def find_due_tenants() -> list[str]:
    now = datetime.now(tz=UTC)
    return [schema for schema, at in next_due_of_all().items() if at <= now]


def test_only_tenants_with_due_messages_are_found(north: Any, south: Any) -> None:
    assert find_due_tenants() == []

    scene.book()
    assert find_due_tenants() == [north.schema_name]

    with use(south):
        scene.book()
    assert sorted(find_due_tenants()) == sorted([north.schema_name, south.schema_name])


def test_looking_leaves_the_thread_where_it_was(north: Any) -> None:
    find_due_tenants()

    assert current_schema() == north.schema_name


def test_what_is_not_due_yet_wakes_nobody(north: Any) -> None:
    scene.book()
    Message.objects.update(due_at=datetime.now(tz=UTC) + timedelta(minutes=5))

    assert find_due_tenants() == []


@pytest.mark.parametrize("state", ["sent", "dead", "superseded", "expired"])
def test_what_has_ended_wakes_nobody(north: Any, state: str) -> None:
    scene.book()
    Message.objects.update(state=state)

    assert find_due_tenants() == []


def test_a_lease_wakes_somebody_once_it_has_ended(north: Any) -> None:
    message = scene.message_about(scene.book())
    sending.claim_due(limit=1)
    assert find_due_tenants() == []

    scene.end_lease(message)

    assert find_due_tenants() == [north.schema_name]


def test_what_the_sweep_finds_is_what_a_worker_claims(north: Any) -> None:
    message = scene.message_about(scene.book())
    for state, lease in (("planned", None), ("failed", None), ("sending", datetime.now(tz=UTC) - timedelta(1))):
        Message.objects.filter(pk=message.pk).update(state=state, lease_until=lease)

        assert find_due_tenants() == [north.schema_name]
        assert Message.objects.due(database_now()).count() == 1


def test_a_suspended_tenants_messages_wait(north: Any) -> None:
    scene.book()

    with use_public():
        set_status(slug="north", status=Tenant.Status.SUSPENDED)

    assert find_due_tenants() == []


def test_the_sweep_wakes_each_found_tenant_inside_of_it(
    north: Any, south: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.book()
    with use(south):
        scene.book()
    activate_public()
    woken: list[str] = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **_: woken.append(current_schema()))

    tasks.rotate()
    tasks.sweep()

    assert sorted(woken) == sorted([north.schema_name, south.schema_name])
    assert current_schema() == "public"


def test_what_a_sweep_could_not_wake_is_left_to_the_next_one(
    north: Any, south: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker goes in the middle of it: nobody waits for the rotation."""
    for tenant in (north, south):
        with use(tenant):
            scene.book()
    activate_public()
    woken: list[str] = []

    def lose(**_: Any) -> None:
        raise OperationalError

    tasks.rotate()
    monkeypatch.setattr(tasks.work, "apply_async", lose)
    with pytest.raises(tasks.BrokerGoneError):
        tasks.sweep()

    monkeypatch.setattr(tasks.work, "apply_async", lambda **_: woken.append(current_schema()))
    tasks.sweep()

    assert sorted(woken) == sorted([north.schema_name, south.schema_name])


def test_of_two_sweeps_at_once_each_tenant_is_for_one(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.book()
    woken: list[str] = []
    monkeypatch.setattr(tasks, "wake", lambda: woken.append(current_schema()))
    tasks.rotate()
    both_have_read = due_hints(now=database_now(), limit=10)
    monkeypatch.setattr(tasks, "due_hints", lambda **_: both_have_read)

    tasks.sweep()
    tasks.sweep()

    assert woken == [north.schema_name]


def test_a_sweep_on_a_machine_whose_clock_is_behind_wakes_in_time(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.book()
    woken: list[str] = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **_: woken.append(current_schema()))
    tasks.rotate()

    with time_machine.travel(datetime.now(tz=UTC) - timedelta(minutes=5)):
        tasks.sweep()

    assert woken == [north.schema_name]


def test_a_turn_may_wait_for_many_others_and_is_short_once_it_has_begun(
    north: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it given up while it waits, the same tenants would be first again and again."""
    sent: list[float] = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda *, expires: sent.append(expires))
    left: list[int] = []

    def send_nothing(**_: Any) -> int:
        left.append(_seconds_of_the_turn())
        return 0

    monkeypatch.setattr(tasks, "send_due", send_nothing)

    tasks.wake()
    waiting = _seconds_of_the_turn()
    tasks.work.run()

    assert sent == [wake.QUEUED_SECONDS]
    assert wake.QUEUED_SECONDS - 5 < waiting <= wake.QUEUED_SECONDS
    assert 0 < left[0] <= wake.AWAKE_SECONDS


def _seconds_of_the_turn() -> int:
    return int(valkey().ask(lambda client: client.ttl(wake._key())))


def test_a_backlog_goes_on_at_once(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.book_many(2)
    woken: list[str] = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **_: woken.append(current_schema()))
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)

    tasks.work.run()

    assert sorted(scene.states()) == ["planned", "sent"]
    assert woken == [north.schema_name]


def test_what_is_due_and_can_not_be_claimed_is_left_to_the_sweep(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red where a turn that did nothing is followed by the next one at once, again and again: an earlier message to
    the same reader is on its way with another worker."""
    booking = scene.book()
    sending.claim_due(limit=1)
    scene.cancel(booking)
    woken: list[str] = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **_: woken.append(current_schema()))

    tasks.work.run()
    assert woken == []

    tasks.sweep()
    assert woken == [north.schema_name]
