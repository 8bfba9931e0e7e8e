"""What the tests of erasing look for, they would find: in long values, packed ones, and those inside others."""

import base64
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as conf
from django.utils import timezone
from redis import Redis

from accounts.access.models import AccountMail
from tests.erasure import search

WORD = "canaryword"
# Long enough to be packed by what packs.
LONG = f"{{'family_name': 'Mc{WORD.title()}', 'of': '{'north ' * 20}'}}"


def _task(body: str) -> str:
    """As Celery stores one."""
    return json.dumps({"body": base64.b64encode(body.encode()).decode(), "headers": {"task": "some.task"}})


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_word_is_found_wherever_it_begins(before: str) -> None:
    said = f"{before}{WORD.title()}".encode()
    for text in (said, said.hex(), base64.b64encode(said), base64.urlsafe_b64encode(said).rstrip(b"=")):
        assert search.holds(text, WORD), text
        assert search.holds(f"x{text!r}", WORD), text
        assert not search.holds(text, "another")


def _list(valkey: Any, key: str, value: str) -> None:
    valkey.rpush(key, "first", value)


def _hash(valkey: Any, key: str, value: str) -> None:
    valkey.hset(key, "field", value)


def _hash_field(valkey: Any, key: str, value: str) -> None:
    valkey.hset(key, value, "1")


def _set(valkey: Any, key: str, value: str) -> None:
    valkey.sadd(key, value)


def _sorted_set(valkey: Any, key: str, value: str) -> None:
    valkey.zadd(key, {value: 1})


def _string(valkey: Any, key: str, value: str) -> None:
    valkey.set(key, value)


@pytest.mark.parametrize("store", [_string, _list, _hash, _hash_field, _set, _sorted_set])
@pytest.mark.parametrize("value", [WORD, LONG, _task(LONG)])
def test_words_are_found_in_valkey(store: Callable[[Any, str, str], None], value: str) -> None:
    key = f"test:{timezone.now().timestamp()}"
    with Redis.from_url(conf.REDIS_URL) as valkey:
        store(valkey, key, value)
        try:
            assert search.in_valkey(conf.REDIS_URL, WORD) == [key]
            valkey.rename(key, f"{key}:{WORD}")
            assert search.in_valkey(conf.REDIS_URL, "another", WORD) == [f"{key}:{WORD}"]
        finally:
            valkey.delete(key, f"{key}:{WORD}")


def test_words_are_found_in_tables(north: Any) -> None:
    mail = AccountMail.objects.create(
        purpose="password_reset", address="x@example.com", created_at=timezone.now(), due_at=timezone.now()
    )
    assert search.traces(WORD) == []
    for text in (LONG, base64.b64encode(f"x{LONG}".encode()).decode(), LONG.encode().hex()):
        AccountMail.objects.filter(pk=mail.pk).update(address=text[:254])
        (found,) = search.traces(WORD)
        assert found.startswith("access_accountmail: ")


def test_words_are_found_in_what_was_logged(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("slotkeeper.tests")
    caplog.set_level(logging.DEBUG)
    log.debug("Told %s", WORD)
    log.debug("Told somebody", extra={"who": WORD.upper()})
    log.debug("Told nobody")
    assert search.in_log(caplog.records, WORD) == [f"Told {WORD}", "Told somebody"]
