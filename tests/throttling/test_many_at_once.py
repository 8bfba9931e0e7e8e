"""However many ask one bucket at the same moment: no more get through than it holds."""

import multiprocessing
import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import redis

from tenants.throttling.rules import MICROSECONDS, Bucket, Limit, ask
from tenants.throttling.shared import SharedLimiter

# So slow that it gives nothing back while the test runs.
LIMIT = Limit(count=50, seconds=50 * 3600)
THREADS, CALLS = 8, 25


def test_threads_get_what_a_bucket_holds_and_no_more() -> None:
    assert _passed_in_threads(_taker(_key())) == LIMIT.count


def test_processes_get_what_a_bucket_holds_and_no_more() -> None:
    context, key = multiprocessing.get_context("spawn"), _key()
    answers: Any = context.Queue()
    processes = [context.Process(target=_count, args=(key, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    passed = sum(answers.get(timeout=60) for _ in processes)
    for process in processes:
        process.join(timeout=60)

    assert passed == LIMIT.count


def test_read_then_write_lets_more_through() -> None:
    """The same race with the same arithmetic, but in two commands instead of one script: it is lost."""
    assert _passed_in_threads(_non_atomic(_key())) > LIMIT.count


def _passed_in_threads(take: Callable[[], bool]) -> int:
    barrier = Barrier(THREADS)

    def calls() -> int:
        barrier.wait(timeout=30)
        return sum(take() for _ in range(CALLS))

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(future.result(timeout=60) for future in [pool.submit(calls) for _ in range(THREADS)])


def _taker(key: str) -> Callable[[], bool]:
    return partial(_take, SharedLimiter(os.environ["REDIS_URL"]), Bucket(key, LIMIT))


def _take(limiter: SharedLimiter, bucket: Bucket) -> bool:
    return not limiter.take([bucket])[0].wait


def _count(key: str, answers: Any) -> None:
    take = _taker(key)
    answers.put(sum(take() for _ in range(CALLS * 2)))


def _non_atomic(key: str) -> Callable[[], bool]:
    client = redis.Redis.from_url(os.environ["REDIS_URL"])

    def take() -> bool:
        seconds, microseconds = client.time()
        found = client.get(key)
        full_at, state = ask(
            int(found) if found else None, limit=LIMIT, now=seconds * MICROSECONDS + microseconds, cost=1
        )
        if state.wait:
            return False
        client.set(key, full_at)
        return True

    return take


def _key() -> str:
    return f"test:{uuid.uuid4()}"
