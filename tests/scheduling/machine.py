"""The ledger as a state machine, next to a model that keeps who has each hour in plain dictionaries."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from scheduling.rules.ledger import Subject
from scheduling.services.ledger import SlotTakenError, move, release, reserve
from tests.scheduling.ledger import Row, active, hours, later, make_resource, some

_HOURS = 8

_resources = st.lists(st.sampled_from([0, 1]), min_size=1, max_size=2, unique=True)
_starts = st.integers(0, _HOURS - 1)
_lengths = st.integers(1, 4)


@dataclass
class Model:
    """Who has which hour of which resource. Overbooked hours stand in a queue, the oldest first."""

    holder: dict[tuple[int, int], Subject] = field(default_factory=dict)
    queue: dict[tuple[int, int], list[Subject]] = field(default_factory=lambda: defaultdict(list))
    # The subjects, the one that took its time last at the end.
    age: list[Subject] = field(default_factory=list)

    def is_busy(self, wanted: set[tuple[int, int]], *, but_for: Subject | None = None) -> bool:
        return any(self.holder.get(hour, but_for) != but_for for hour in wanted)

    def take(self, wanted: set[tuple[int, int]], subject: Subject) -> None:
        for hour in wanted:
            if hour in self.holder:
                self.queue[hour].append(subject)
            else:
                self.holder[hour] = subject
        self.age.append(subject)

    def give_up(self, subject: Subject) -> None:
        """Leaves the hours empty: `promote` comes next, after a move's new time was taken."""
        self.holder = {hour: holder for hour, holder in self.holder.items() if holder != subject}
        for queue in self.queue.values():
            if subject in queue:
                queue.remove(subject)
        self.age.remove(subject)

    def promote(self) -> None:
        for hour, queue in self.queue.items():
            if queue and hour not in self.holder:
                self.holder[hour] = min(queue, key=self.age.index)
                queue.remove(self.holder[hour])

    def overbooked(self) -> set[tuple[tuple[int, int], Subject]]:
        return {(hour, subject) for hour, queue in self.queue.items() for subject in queue}


class Ledger(RuleBasedStateMachine):
    """Two resources, eight hours. Runs inside the tenant of the test; each run is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint: Any = transaction.savepoint()
        self.resource_ids = [make_resource("Room 1"), make_resource("Room 2")]
        self.model = Model()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @rule(resources=_resources, starts=_starts, length=_lengths)
    def reserve(self, resources: list[int], starts: int, length: int) -> None:
        wanted, subject = self._hours(resources, starts, length), some()
        taken = self._succeeds(
            lambda: reserve(
                resource_ids={resource for resource, _ in wanted},
                period=hours(starts, starts + length),
                subject=subject,
                now=later(),
            )
        )
        assert taken == (not self.model.is_busy(wanted)), "free time is taken, taken time is refused"
        if taken:
            self.model.take(wanted, subject)

    @rule(resources=_resources, starts=_starts, length=_lengths)
    def overbook(self, resources: list[int], starts: int, length: int) -> None:
        wanted, subject = self._hours(resources, starts, length), some()
        reserve(
            resource_ids={resource for resource, _ in wanted},
            period=hours(starts, starts + length),
            subject=subject,
            now=later(),
            overbook=True,
            reason="A test",
        )
        self.model.take(wanted, subject)

    @rule(data=st.data(), resources=_resources, starts=_starts, length=_lengths, overbook=st.booleans())
    def move(self, data: st.DataObject, resources: list[int], starts: int, length: int, overbook: bool) -> None:  # noqa: FBT001 - hypothesis passes it by name
        if not self.model.age:
            return
        subject = data.draw(st.sampled_from(self.model.age))
        wanted = self._hours(resources, starts, length)
        moved = self._succeeds(
            lambda: move(
                subject=subject,
                resource_ids={resource for resource, _ in wanted},
                period=hours(starts, starts + length),
                now=later(),
                overbook=overbook,
                reason="A test",
            )
        )
        assert moved == (overbook or not self.model.is_busy(wanted, but_for=subject)), "one's own time is no obstacle"
        if moved:
            self.model.give_up(subject)
            self.model.take(wanted, subject)
            self.model.promote()

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        if not self.model.age:
            return
        subject = data.draw(st.sampled_from(self.model.age))
        release(subject=subject)
        self.model.give_up(subject)
        self.model.promote()

    @invariant()
    def exclusive_time_never_overlaps(self) -> None:
        exclusive = [row for row in active(*self.resource_ids) if row.exclusive]
        for one, other in combinations(exclusive, 2):
            assert one.resource_id != other.resource_id or one.ends <= other.starts or other.ends <= one.starts, (
                f"{one} overlaps {other}"
            )

    @invariant()
    def overbooked_time_lies_inside_exclusive_time(self) -> None:
        rows = active(*self.resource_ids)
        exclusive = {hour for row in rows if row.exclusive for hour in _hours_of(row)}
        overbooked = {hour for row in rows if not row.exclusive for hour in _hours_of(row)}
        assert overbooked <= exclusive

    @invariant()
    def everybody_has_what_the_model_says(self) -> None:
        rows = active(*self.resource_ids)
        assert {hour: row.subject for row in rows if row.exclusive for hour in _hours_of(row)} == self.model.holder
        assert {(hour, row.subject) for row in rows if not row.exclusive for hour in _hours_of(row)} == (
            self.model.overbooked()
        )

    def _hours(self, resources: list[int], starts: int, length: int) -> set[tuple[int, int]]:
        return {(self.resource_ids[resource], starts + hour) for resource in resources for hour in range(length)}

    def _succeeds(self, call: Any) -> bool:
        try:
            call()
        except SlotTakenError:
            return False
        return True


def _hours_of(row: Row) -> set[tuple[int, int]]:
    return {(row.resource_id, hour) for hour in range(int(row.starts), int(row.ends))}
