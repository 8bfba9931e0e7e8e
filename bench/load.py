"""A small HTTP load generator: keep-alive connections, one request at a time on each."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Request = bytes


@dataclass
class Result:
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] * 1000


def post(path: str, body: bytes, headers: dict[str, str]) -> Request:
    """The bytes of a POST of JSON."""
    lines = [f"POST {path} HTTP/1.1", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def get(path: str, headers: dict[str, str]) -> Request:
    """The bytes of a GET."""
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def run(
    *, port: int, connections: int, seconds: float, requests: Iterator[Request], rate: float | None = None
) -> Result:
    """Sends requests for so many seconds, all connections together no more than `rate` a second; without it, as
    fast as they are answered. Counts only what was answered."""
    result = Result()
    pause = connections / rate if rate else 0.0
    asyncio.run(_run(port, connections, seconds, lambda: next(requests), pause=pause, result=result))
    return result


async def _run(
    port: int, connections: int, seconds: float, make: Callable[[], Request], *, pause: float, result: Result
) -> None:
    begun = time.perf_counter()
    until = begun + seconds
    await asyncio.gather(*(_connection(port, until, make, pause=pause, result=result) for _ in range(connections)))
    result.seconds = time.perf_counter() - begun


async def _connection(port: int, until: float, make: Callable[[], Request], *, pause: float, result: Result) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    due = time.perf_counter() + pause * random.random()
    try:
        while time.perf_counter() < until:
            if pause:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                due += pause
            sent = time.perf_counter()
            writer.write(make())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_content_length(head))
            result.latencies.append(time.perf_counter() - sent)
            result.statuses[int(head[9:12])] += 1
    finally:
        writer.close()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":", 1)[1])
    return 0
