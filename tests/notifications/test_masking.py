"""What REST says of a message tells nobody who somebody is."""

import pytest

from notifications.rules.masking import masked, without_names


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("bob@example.com", "b…@example.com"),
        ("@example.com", "…@example.com"),
        ("+49 30 5550 142", "…42"),
        ("slack://token/bob@example.com", "…"),
        ("anything", "…"),
        ("", ""),
    ],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("The mail server answered 550: <bob@example.com>: no such user Bob", "The mail server answered 550."),
        ("It could not be sent in time. Last: The mail server answered 451: Bob\nis away", None),
        ("Unknown: bob@example.com.", "Unknown: b…@example.com."),
        ("No route to +1 (212) 555-0187.", "No route to …87."),
        ("Retried: it was dead.", "Retried: it was dead."),
        ("Given up after 38 attempts.", "Given up after 38 attempts."),
    ],
)
def test_a_reason_names_nobody(reason: str, shown: str | None) -> None:
    said = without_names(reason)

    assert said == (shown or "It could not be sent in time. Last: The mail server answered 451.")
    assert "Bob" not in said
    assert "bob@" not in said
