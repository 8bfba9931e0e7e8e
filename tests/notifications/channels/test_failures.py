"""What a provider says back is shown to staff without the account's secrets, however it writes them."""

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from notifications.channels.failures import redacted

SECRET = 's/é cr+et & "key" <42>=~x'
LOWER = quote(SECRET, safe="").lower()


def _base64(text: str, *, safe: bool = False) -> str:
    encode = base64.urlsafe_b64encode if safe else base64.b64encode
    return encode(text.encode()).decode()


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        SECRET.upper(),
        repr(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False).replace("/", "\\/"),
        html.escape(SECRET),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        LOWER,
        quote(LOWER, safe=""),
        quote(quote(SECRET)),
        "".join(f"%{byte:02X}" for byte in SECRET.encode()),
        _base64(SECRET),
        *(_base64(f"{'u' * length}:{SECRET}") for length in range(4)),
        *(_base64(f"\0{'u' * length}\0{SECRET}", safe=True).rstrip("=") for length in range(4)),
        _base64(json.dumps({"a": 1, "key": SECRET, "b": 2}, ensure_ascii=False).replace('\\"', '"')),
    ],
)
def test_a_secret_is_not_shown_however_it_is_written(written: str) -> None:
    said = redacted(f"Wrong: {written}, try again", [SECRET])

    assert said.startswith("Wrong: ")
    assert said.endswith(", try again")
    assert "…" in said
    assert len(said) < 40, said


def test_what_is_no_secret_stays() -> None:
    assert redacted("Unknown key_id for user@example.com: 401", ["", "k3y!", SECRET]) == (
        "Unknown key_id for user@example.com: 401"
    )


def test_of_two_secrets_the_longer_one_goes_whole() -> None:
    assert redacted("token-and-more token", ["token", "token-and-more"]) == "… …"


@pytest.mark.parametrize("part", ["a", "%25", "\\", "aaaaaaab", "%61"])
def test_an_answer_that_is_almost_a_secret_is_read_in_time(part: str) -> None:
    begun = time.perf_counter()

    redacted(part * (64 * 1024 // len(part)), ["a" * 99 + "b", "%" * 40, "\\" * 40])

    assert time.perf_counter() - begun < 1
