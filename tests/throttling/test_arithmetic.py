"""The script in Valkey and the limiter of one process do what a textbook's bucket does."""

import os
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.throttling.local import LocalLimiter
from tenants.throttling.rules import MICROSECONDS, Bucket, Limit, State, ask, parse_limit
from tenants.throttling.shared import SCRIPT, SharedLimiter
from tests.throttling.model import PlainBucket

BEGIN = 1_900_000_000 * MICROSECONDS
Take = Callable[[Sequence[Bucket], int, int], list[State]]

# Few requests in a long time, and steps that are often a whole interval: so the borders are met.
limits = st.builds(Limit, count=st.integers(1, 6), seconds=st.integers(1, 40))
steps = st.one_of(st.just(0), st.integers(0, 60 * MICROSECONDS), st.sampled_from([n * MICROSECONDS for n in range(9)]))
calls = st.lists(st.tuples(steps, st.sampled_from([1, 1, 1, 2, 0, -1])), max_size=30)


def _script() -> Take:
    """The script with a clock that the test sets, and keys that end by that clock alone."""
    told = SCRIPT.replace("redis.call('TIME')", "{ARGV[#ARGV - 1], ARGV[#ARGV]}").replace(
        "'PX', math.ceil((kept - now) / 1000)", "'EX', 60"
    )
    assert told.count("ARGV[#ARGV]") == 1
    assert "'EX', 60" in told
    script = redis.Redis.from_url(os.environ["REDIS_URL"]).register_script(told)

    def take(buckets: Sequence[Bucket], cost: int, now: int) -> list[State]:
        arguments = [n for bucket in buckets for n in (bucket.limit.interval, bucket.limit.count)]
        answer = script(
            keys=[bucket.key for bucket in buckets],
            args=[cost, *arguments, now // MICROSECONDS, now % MICROSECONDS],
        )
        return [
            State(limit=bucket.limit.count, remaining=answer[i * 3], wait=answer[i * 3 + 1], reset=answer[i * 3 + 2])
            for i, bucket in enumerate(buckets)
        ]

    return take


def _local() -> Take:
    limiter = LocalLimiter()

    def take(buckets: Sequence[Bucket], cost: int, now: int) -> list[State]:
        # Not as a float of seconds, which is a microsecond off now and then.
        with time_machine.travel(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=now), tick=False):
            return limiter.take(buckets, cost=cost)

    return take


@pytest.mark.parametrize("make", [_script, _local])
@given(bounds=st.lists(limits, min_size=1, max_size=3), calls=calls)
@settings(max_examples=60, deadline=None)
def test_as_the_textbook_s_bucket(make: Callable[[], Take], bounds: list[Limit], calls: list[tuple[int, int]]) -> None:
    take, now, test = make(), BEGIN, uuid.uuid4()
    buckets = [Bucket(f"test:{test}:{number}", limit) for number, limit in enumerate(bounds)]
    models = [PlainBucket(limit, now=now) for limit in bounds]
    for step, cost in calls:
        # Whole milliseconds: a float holds no instant of this century to the microsecond.
        now += step // 1000 * 1000
        states = take(buckets, cost, now)
        for model in models:
            model.rise(now)
        waits = [model.wait(cost) if cost > 0 else 0 for model in models]
        assert [state.wait for state in states] == waits
        if not any(waits):
            for model in models:
                model.take(cost)
        assert [(state.remaining, state.reset) for state in states] == [
            (int(model.level), model.reset) for model in models
        ]


def test_a_key_ends_when_its_bucket_is_full() -> None:
    limiter = SharedLimiter(os.environ["REDIS_URL"])
    bucket = Bucket(f"test:{uuid.uuid4()}", Limit(count=10, seconds=100))
    limiter.take([bucket], cost=3)

    assert 29_000 < limiter.client.pttl(bucket.key) <= 30_000
    limiter.take([bucket], cost=-3)
    assert not limiter.client.exists(bucket.key)


def test_a_clock_that_went_back_locks_nobody_out_for_longer_than_a_bucket_takes() -> None:
    limit = Limit(count=2, seconds=10)
    _, state = ask(BEGIN + 3600 * MICROSECONDS, limit=limit, now=BEGIN, cost=1)

    assert (state.remaining, state.wait) == (0, limit.interval)


def test_what_is_used_least_is_forgotten_first() -> None:
    limiter = LocalLimiter(size=2)
    once = Limit(count=1, seconds=1000)
    for key in ("a", "b", "c"):
        limiter.take([Bucket(key, once)])

    assert limiter.take([Bucket("c", once)])[0].wait > 0
    assert limiter.take([Bucket("a", once)])[0].wait == 0


@pytest.mark.parametrize(
    ("text", "limit"), [("60/3s", Limit(60, 3)), ("100/m", Limit(100, 60)), (" 10/15m ", Limit(10, 900))]
)
def test_limits_are_read(text: str, limit: Limit) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["", "60", "0/s", "60/", "60/3", "60/0s", "-1/s", "1.5/s", "60/3d", "٣/s"])
def test_nonsense_is_no_limit(text: str) -> None:
    with pytest.raises(ValueError, match="is no limit"):
        parse_limit(text)
