"""The judge of the faults sees each kind of wrong. No servers: what a mail server would have written down."""

from uuid import uuid4

from tests.notifications.faults.desk import Stand
from tests.notifications.faults.verdict import Cut, Verdict, judge
from tests.support.faulty_smtp import Received

BOOKING, OTHER = uuid4(), uuid4()
ABOUT = {"a": (BOOKING, "booked", 0), "b": (OTHER, "booked", 0)}


def _mail(name: str, at: float, how: str = "accepted") -> Received:
    return Received(name, at - 0.01, at, how)


def _verdict(*tries: Received, cuts: tuple[Cut, ...] = (), moved_at: float | None = None) -> Verdict:
    first = Stand("booked", 0, 0.0) if moved_at is None else Stand("cancelled", 1, moved_at)
    about = ABOUT | {"c": (BOOKING, "cancelled", 1), "twin": ABOUT["b"]}
    return judge(tries, about=about, stands={BOOKING: first, OTHER: Stand("booked", 0, 0.0)}, cuts=cuts)


def test_each_message_once_holds() -> None:
    verdict = _verdict(_mail("a", 10), _mail("b", 11))

    assert verdict.holds
    assert (verdict.expected, verdict.received) == (2, 2)


def test_one_that_nobody_got_is_missing() -> None:
    verdict = _verdict(_mail("a", 10), _mail("b", 11, "later"))

    assert (verdict.missing, verdict.holds) == (1, False)


def test_one_that_is_refused_for_good_is_not_expected() -> None:
    verdict = _verdict(_mail("a", 10), _mail("b", 11, "never"))

    assert (verdict.expected, verdict.refused, verdict.holds) == (1, 1, True)


def test_a_copy_is_excused_only_by_a_kill_with_the_first_in_its_hands_and_taken() -> None:
    tries = [_mail("a", 10), _mail("b", 11), _mail("a", 20)]

    assert not _verdict(*tries).holds
    assert not _verdict(*tries, cuts=(Cut(10.5, {"b"}),)).holds
    assert not _verdict(*tries, cuts=(Cut(9.5, {"a"}),)).holds, "its next worker has sent it, and sent it again"
    assert _verdict(*tries, cuts=(Cut(10.5, {"a"}),)).holds


def test_each_further_copy_wants_a_kill_of_its_own() -> None:
    tries = [_mail("a", 10), _mail("a", 20), _mail("b", 21), _mail("a", 30)]

    assert not _verdict(*tries, cuts=(Cut(10.5, {"a"}),)).holds
    assert _verdict(*tries, cuts=(Cut(10.5, {"a"}), Cut(20.5, {"a"}))).holds


def test_what_comes_again_under_another_name_is_doubled_for_everybody() -> None:
    verdict = _verdict(_mail("a", 10), _mail("b", 11), _mail("twin", 12), cuts=(Cut(15, {"a", "b", "twin"}),))

    assert (verdict.duplicates, verdict.deduplicated, verdict.holds) == (0, 1, False)


def test_a_mail_about_a_cancelled_booking_is_untrue_but_for_the_one_in_flight() -> None:
    rest = [_mail("c", 30), _mail("b", 31)]

    assert _verdict(_mail("a", 10), *rest, moved_at=20).holds, "it was true then"
    assert (_verdict(_mail("a", 20.1), *rest, moved_at=20).in_flight) == 1
    assert _verdict(_mail("a", 20.1), *rest, moved_at=20).holds
    assert (_verdict(_mail("a", 20.5), *rest, moved_at=20).untrue) == 1
    assert not _verdict(_mail("a", 20.5), *rest, moved_at=20).holds


def test_a_cut_after_data_is_no_duplicate() -> None:
    verdict = _verdict(_mail("a", 10, "drop"), _mail("a", 12), _mail("b", 13))

    assert (verdict.unanswered, verdict.duplicates, verdict.holds) == (1, 0, True)
