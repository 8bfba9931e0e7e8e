"""What one tenant's storm does to another tenant's latency, with the limits on and off.

    bin/bench storm [--seconds 12] [--connections 24] [--tokens 8] [--rate 400]

Tenant south reads and writes calmly on one connection, with a pause of 50 ms after each answer: first alone, then
while tenant north sends far above its limits, on many connections and with several tokens: `--rate` requests a second
in all (its limit is 40), or with `--rate 0` as fast as it is answered. Both in one run, with `RATE_LIMITS` on (the
defaults of production) and off, each after a fresh start of the server. Calm client and storm are processes of their
own; they, server and database share the machine's cores.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import platform as machine
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

django.setup()

from bench import load  # noqa: E402 - after the setup
from bench.booking import NoBlocker  # noqa: E402
from tests.support import cast  # noqa: E402
from tests.support.database import drop_template  # noqa: E402
from tests.support.live import Live, live  # noqa: E402

CALM_PAUSE = 0.05
LIMITS = {
    "RATE_LIMIT_PRINCIPAL": "60/3s",
    "RATE_LIMIT_TENANT": "120/3s",
    "RATE_LIMIT_ANONYMOUS": "30/30s",
}
SPAWN = multiprocessing.get_context("spawn")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        try:
            platform.environment |= LIMITS
            with platform.inside("south.test"):
                token = cast.make_token()
                calm = _reads_and_writes("south.test", token)
            with platform.inside("north.test"):
                stormy = [_get("north.test", cast.make_token()) for _ in range(options.tokens)]
            for switch in ("on", "off"):
                platform.environment["RATE_LIMITS"] = switch
                platform.start_web(processes=2)
                _measure(switch, platform, calm, stormy, options)
                platform.stop("web")
        finally:
            platform.stop_all()
            drop_template()


def _measure(switch: str, platform: Live, calm: Iterator[bytes], stormy: list[bytes], options: Any) -> None:
    seconds = options.seconds
    _calm(platform.port, calm, 2)
    before = _calm(platform.port, calm, seconds)
    answers: Any = SPAWN.Queue()
    arguments = (platform.port, options.connections, seconds + 4, stormy, answers)
    storm = SPAWN.Process(target=_storm, args=arguments, kwargs={"rate": options.rate or None})
    storm.start()
    time.sleep(2)
    during = _calm(platform.port, calm, seconds)
    statuses, storm_seconds = answers.get(timeout=seconds + 60)
    storm.join(timeout=60)
    print(f"\nlimits {switch}")
    for name, result in (("calm", before), ("under storm", during)):
        figures = "   ".join(f"p{share} {result.percentile(share / 100):6.1f} ms" for share in (50, 95, 99))
        print(f"  {name:<12} {figures}   {len(result.latencies)} requests, {dict(result.statuses)}")
    ratios = "   ".join(
        f"p{share} {during.percentile(share / 100) / before.percentile(share / 100):6.2f}" for share in (50, 95, 99)
    )
    print(f"  ratio        {ratios}")
    told = {status: round(count / storm_seconds) for status, count in statuses.items()}
    print(f"  the storm    {options.connections} connections, answers a second: {told}")


def _storm(
    port: int, connections: int, seconds: float, requests: list[bytes], answers: Any, *, rate: float | None
) -> None:
    result = load.run(
        port=port, connections=connections, seconds=seconds, requests=itertools.cycle(requests), rate=rate
    )
    answers.put((dict(result.statuses), result.seconds))


def _calm(port: int, requests: Iterator[load.Request], seconds: float) -> load.Result:
    """Reads and writes in turn on one connection, with a pause after each answer."""
    result = load.Result()
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        until = time.perf_counter() + seconds
        for request in requests:
            sent = time.perf_counter()
            if sent > until:
                return result
            connection.sendall(request)
            result.statuses[_read_answer(answers)] += 1
            result.latencies.append(time.perf_counter() - sent)
            time.sleep(CALM_PAUSE)
    raise AssertionError


def _read_answer(answers: Any) -> int:
    status, length = int(answers.readline().split()[1]), 0
    while (line := answers.readline().lower()) != b"\r\n":
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    answers.read(length)
    return status


def _get(host: str, token: str) -> load.Request:
    return f"GET /v1/clients?limit=10 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _reads_and_writes(host: str, token: str) -> Iterator[load.Request]:
    headers = {"Host": host, "Authorization": f"Bearer {token}"}
    for number in itertools.count():
        yield _get(host, token)
        person = {"given_name": "Dora", "family_name": "Doe", "email": f"dora.{number}@example.com"}
        yield load.post("/v1/clients", json.dumps(person).encode(), headers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=12, help="of each of the measurements")
    parser.add_argument("--connections", type=int, default=24, help="of the storm")
    parser.add_argument("--tokens", type=int, default=8, help="of the storm")
    parser.add_argument(
        "--rate", type=float, default=400, help="of the storm, requests a second; 0: as fast as it is answered"
    )
    print(f"{machine.platform()}, Python {machine.python_version()}, {os.cpu_count()} cores")
    return parser.parse_args()


if __name__ == "__main__":
    main()
