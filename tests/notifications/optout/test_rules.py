"""By what an address is known again, and what a status code says of it."""

import pytest

from notifications.rules import Channel, Why
from notifications.rules.reports import ReportKind, kind_of_status
from notifications.rules.suppressions import SuppressionReason, SuppressionScope, normalised


@pytest.mark.parametrize(
    ("channel", "address", "known_as"),
    [
        (Channel.EMAIL, " Bob.Client@Example.COM ", "bob.client@example.com"),
        (Channel.CHAT, "Bob@Example.com", "bob@example.com"),
        (Channel.SMS, "+49 30 5550-142", "+49305550142"),
        (Channel.SMS, "0049 (30) 5550/142", "+49305550142"),
        (Channel.SMS, "+49 (0)30 5550142", "+49305550142"),
        (Channel.SMS, "(+49) 30 5550142", "+49305550142"),
        (Channel.SMS, "030 5550142", "0305550142"),
        (Channel.SMS, "nobody", ""),
    ],
)
def test_an_address_is_known_however_it_is_spelled(channel: Channel, address: str, known_as: str) -> None:
    assert normalised(channel, address) == known_as
    assert normalised(channel, known_as) == known_as


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("5.1.1", ReportKind.BOUNCED),
        ("5.1.10", ReportKind.BOUNCED),
        ("5.2.1 (mailbox disabled)", ReportKind.BOUNCED),
        ("5.4.4", ReportKind.BOUNCED),
        ("5.0.0", ReportKind.BOUNCED),
        ("", ReportKind.BOUNCED),
        ("nonsense", ReportKind.BOUNCED),
        ("4.2.2", ReportKind.SOFT_BOUNCED),
        ("4.4.7", ReportKind.SOFT_BOUNCED),
        ("5.2.2", ReportKind.SOFT_BOUNCED),
        ("5.3.4", ReportKind.SOFT_BOUNCED),
        ("5.4.6", ReportKind.SOFT_BOUNCED),
        ("5.6.1", ReportKind.SOFT_BOUNCED),
        ("5.7.1", ReportKind.SOFT_BOUNCED),
        ("2.0.0", ReportKind.DELIVERED),
    ],
)
def test_only_what_is_wrong_with_the_address_for_ever_is_a_bounce_for_ever(status: str, kind: ReportKind) -> None:
    assert kind_of_status(status) is kind


def test_the_wider_scope_wins() -> None:
    everything, non_essential = SuppressionScope.EVERYTHING, SuppressionScope.NON_ESSENTIAL
    assert non_essential.joined(everything) is everything.joined(non_essential) is everything
    assert non_essential.joined(non_essential) is non_essential


def test_each_reason_is_one_that_staff_filters_by() -> None:
    assert {reason.why for reason in SuppressionReason} == {
        Why.UNSUBSCRIBED,
        Why.BOUNCED,
        Why.COMPLAINED,
        Why.SUPPRESSED,
    }
