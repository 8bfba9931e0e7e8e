"""Judging what a mail server was given, by what is true of the bookings and what was in the hands of the killed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tests.notifications.faults.desk import Stand
from tests.support.faulty_smtp import Received

# A message that says what is no longer true may leave for so long after the change has been committed: it was in
# flight.
_IN_FLIGHT_SECONDS = 0.25


@dataclass
class Cut:
    """A worker was killed, or lost its database: `in_hands` are the Message-IDs that it had leased then. Of these,
    what the server had taken until `until` (time.time()) may come again."""

    until: float
    in_hands: Collection[str]


@dataclass
class Verdict:
    expected: int = 0
    refused: int = 0
    received: int = 0
    missing: int = 0
    duplicates: int = 0
    # Of those: the copy before was taken, and not marked, when its worker was killed.
    in_windows: int = 0
    # What somebody hears twice whose server knows Message-IDs again.
    deduplicated: int = 0
    # Taken in by the server without an answer, and sent again.
    unanswered: int = 0
    # Accepted though the booking had been changed before MAIL: for longer than the one in flight may take, or not.
    untrue: int = 0
    in_flight: int = 0
    seconds: float = 0.0
    open_at_the_end: int = 0

    @property
    def holds(self) -> bool:
        wrong = self.missing or self.untrue or self.deduplicated or self.open_at_the_end
        return not wrong and self.duplicates == self.in_windows


@dataclass
class _Accepted:
    """The last copies, by Message-ID, and what was cut after its mail."""

    at: dict[str, float] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)


# Of which booking, what, and of which of its versions.
About = tuple[UUID, str, int]


def judge(
    tries: Sequence[Received], *, about: Mapping[str, About], stands: Mapping[UUID, Stand], cuts: Sequence[Cut]
) -> Verdict:
    """`about` says it of each Message-ID, `stands` what is true of each booking in the end."""
    verdict = Verdict()
    accepted = _Accepted()
    for each in tries:
        if each.how in {"drop", "hang"}:
            accepted.unanswered.add(each.message_id)
        if each.how != "accepted":
            continue
        if (before := accepted.at.get(each.message_id)) is not None:
            verdict.duplicates += 1
            verdict.in_windows += any(each.message_id in cut.in_hands and before <= cut.until for cut in cuts)
        else:
            verdict.unanswered += each.message_id in accepted.unanswered
        accepted.at[each.message_id] = each.at
        subject, _event, version = about[each.message_id]
        if version < stands[subject].version:
            late = each.began_at - stands[subject].committed_at
            verdict.in_flight += 0 < late < _IN_FLIGHT_SECONDS
            verdict.untrue += late >= _IN_FLIGHT_SECONDS
    told = {about[name] for name in accepted.at}
    refused = {each.message_id for each in tries if each.how == "never"}
    wanted = {(subject, stand.event, stand.version) for subject, stand in stands.items()}
    wanted -= {about[name] for name in refused}
    verdict.expected, verdict.refused, verdict.received = len(wanted), len(refused), len(accepted.at)
    verdict.missing, verdict.deduplicated = len(wanted - told), len(accepted.at) - len(told)
    return verdict
