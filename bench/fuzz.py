"""Looks for an answer that is not as documented, for as long as you like.

    bin/bench fuzz [--minutes 60] [--seed 1] [--processes 2] [--report FILE]

Against a platform as in production (granian, Postgres), with the demo tenants: schemathesis with our own
OpenAPI document in all its phases (examples, coverage, fuzzing, linked requests; right and wrong data), for
several callers of two tenants in turn, each round with another seed; between the rounds raw requests that no
HTTP library would send (bench/abuse.py). Every 30 seconds a line says how far it is. Each distinct failure goes
to the report, what the server wrote beside it, with a command that repeats it. Exit 1 when there is one.
"""

import argparse
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import django
import httpx

django.setup()

from api.families import family_of  # noqa: E402 - after the setup
from api.openapi_errors import ENVELOPES, envelope_names  # noqa: E402
from api.openapi_views import document  # noqa: E402
from bench.abuse import Abuse, Abuser, Answer, send  # noqa: E402
from bench.booking import NoBlocker  # noqa: E402
from tests.openapi.document import example_of, mistakes, operations  # noqa: E402
from tests.support.database import DEMO, drop_template  # noqa: E402
from tests.support.fuzzing import Finding, Outcome, run, without_keys  # noqa: E402
from tests.support.live import Live, live  # noqa: E402

# Fuzzing is a storm: the limits against storms would be all that is seen.
CALM = {"RATE_LIMITS": "off"}
ABUSE_SECONDS = 20
EXAMPLES = 40
WHOLE = json.loads(document(""))


@dataclass(frozen=True)
class Caller:
    """Somebody who sends requests: an application (by its name) or a person (by their e-mail address)."""

    tenant: str
    name: str
    is_person: bool = False

    @property
    def host(self) -> str:
        return f"{self.tenant}.localhost"


CALLERS = [
    Caller("harbor", "backend"),
    Caller("harbor", "maya.lindqvist@harbor.example.com", is_person=True),
    Caller("athletica", "backend"),
    Caller("harbor", "ines.calloway@harbor.example.com", is_person=True),
    Caller("harbor", "web"),
    Caller("athletica", "carla.soto@athletica.example.com", is_person=True),
]


class Fuzz:
    """The whole run and its tally."""

    def __init__(self, platform: Live, *, minutes: float, seed: int) -> None:
        self.platform = platform
        self.seed = seed
        self.began = time.monotonic()
        self.until = self.began + minutes * 60
        self.outcome = Outcome()
        self.raw = Counter[str]()
        self.done = threading.Event()

    def over(self) -> bool:
        return time.monotonic() > self.until

    def everything(self) -> None:
        threading.Thread(target=self._say, daemon=True).start()
        for number in itertools.count():
            caller = CALLERS[number % len(CALLERS)]
            token = self._token(caller)
            seed = self.seed + number
            self._schemathesis(caller, token, seed, with_keys=number % 4 == 3)
            self._abuse(caller, token, seed)
            if self.over():
                break
        self.done.set()

    def _schemathesis(self, caller: Caller, token: str, seed: int, *, with_keys: bool) -> None:
        try:
            run(
                document=WHOLE if with_keys else without_keys(WHOLE),
                host=caller.host, token=token, seed=seed, examples=EXAMPLES,
                url=self.platform.url, into=self.outcome, until=self.over,
            )  # fmt: skip
        except httpx.HTTPError as error:
            self.outcome.errors[f"round {seed}: {error}"] += 1

    def _abuse(self, caller: Caller, token: str, seed: int) -> None:
        abuser = Abuser(seed=seed, host=caller.host, token=token, operations=_working())
        until = time.monotonic() + ABUSE_SECONDS
        for abuse in abuser.requests():
            if time.monotonic() > until or self.over():
                return
            # A body that never ends is waited for by design; that must not hold us up.
            patience = 1 if abuse.what == "framing" else 15
            answer = send(self.platform.port, abuse, patience=patience)
            self.raw[abuse.what.split()[0]] += 1
            if answer is None:
                if abuse.what != "framing":
                    self._found(abuse, "no answer in 15 s", "")
                continue
            self.outcome.codes[answer.status] += 1
            for text in judged(abuse, answer):
                self._found(abuse, text, f"{answer.status} {answer.headers}\n{answer.body[:1000]!r}")

    def _found(self, abuse: Abuse, text: str, message: str) -> None:
        where = abuse.path.split("?")[0][:60]
        repeat = f"printf %b {json.dumps(abuse.raw[:4000].decode('latin-1'))} | nc 127.0.0.1 PORT"
        self.outcome.add(Finding(f"{abuse.method[:10]} {where}", abuse.what, text, message, repeat))

    def _token(self, caller: Caller) -> str:
        """A new one for each round: an hour is longer than a token lives."""
        if caller.is_person:
            return self.platform.manage("token", caller.tenant, "--user", caller.name).splitlines()[-1]
        answer = httpx.post(
            f"{self.platform.url}/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"Host": caller.host},
            auth=(f"demo-{caller.tenant}-{caller.name}", f"demo-{caller.tenant}-{caller.name}-secret"),
            timeout=30,
        )
        return str(answer.raise_for_status().json()["access_token"])

    def _say(self) -> None:
        while not self.done.wait(30):
            print(self.line(), flush=True)

    def line(self) -> str:
        codes = " ".join(f"{code}:{count}" for code, count in sorted(self.outcome.codes.items()))
        minutes = (time.monotonic() - self.began) / 60
        sent = self.outcome.codes.total()
        return f"{minutes:5.1f} min  {sent} cases  {len(self.outcome.findings)} failures  {codes}"


def _working() -> list[tuple[str, str, Any]]:
    """Each operation with ids and a body from its examples."""
    found = []
    for operation in operations(WHOLE):
        path = operation.path
        for parameter in operation.parameters("path"):
            value = example_of(parameter) or "01a1fdfa-bd69-74c5-bc82-a528edcc2eb3"
            path = path.replace(f"{{{parameter['name']}}}", str(value))
        bodies = list(operation.request_examples.values()) or [None]
        found += [(operation.method, path, body) for body in bodies]
    return found


def judged(abuse: Abuse, answer: Answer) -> list[str]:
    """What is wrong with the answer to a raw request; nothing where it is as promised."""
    ours = "x-request-id" in answer.headers
    if answer.status >= 500 and (ours or answer.status != 501):
        return [f"a {answer.status}"]
    if not ours:  # the HTTP server itself: what it could not read as HTTP
        return (
            [] if answer.status in {0, 400, 405, 408, 411, 413, 414, 417, 431, 501} else [f"not ours: {answer.status}"]
        )
    if abuse.method == "HEAD" or answer.status in {204, 304}:
        return ["a body where none may be"] if answer.body else []
    if not abuse.path.startswith("/v1/"):
        return []
    return _of_the_api(abuse, answer)


def _of_the_api(abuse: Abuse, answer: Answer) -> list[str]:
    path = unquote(abuse.path.partition("#")[0].partition("?")[0])  # as the server routes it
    try:
        body = json.loads(answer.body)
    except ValueError:
        return [f"a {answer.status} that is no JSON"]
    if answer.status < 400:
        return []
    family = family_of(abuse.method, path)
    schema = {"$ref": f"#/components/schemas/{envelope_names(family, answer.status)[0]}"}
    found = [f"{answer.status}: {text}"[:200] for text in mistakes(_with_envelopes(), schema, body)]
    if answer.headers.get("content-type") != family.content_type:
        found.append(f"{answer.status} as {answer.headers.get('content-type')}")
    documented = _codes_of(abuse.method, path)
    if documented and str(answer.status) not in documented:
        found.append(f"{answer.status} is not documented")
    return found


def _with_envelopes() -> dict[str, Any]:
    return {**WHOLE, "components": {**WHOLE["components"], "schemas": {**WHOLE["components"]["schemas"], **ENVELOPES}}}


def _codes_of(method: str, path: str) -> set[str]:
    """The documented codes of an address; none for what is no operation."""
    steps = path.split("/")
    if path in WHOLE["paths"]:  # bookings/me is no bookings/{id}
        return set(WHOLE["paths"][path].get(method.lower(), {}).get("responses", {}))
    for operation in operations(WHOLE):
        wanted = operation.path.split("/")
        fits = all(own == step or own.startswith("{") for own, step in zip(wanted, steps, strict=False))
        if operation.method == method and len(wanted) == len(steps) and fits and "" not in steps[1:]:
            return set(operation.body["responses"])
    return set()


def report(fuzz: Fuzz, to: Path) -> None:
    """Writes each failure with the command that repeats it; prints the summary."""
    outcome = fuzz.outcome
    lines = [
        f"{number}. {one.operation}\n   {one.check}: {one.title}\n{one.message}\n\n{one.curl}\n"
        for number, one in enumerate(outcome.findings.values(), start=1)
    ]
    to.write_text("\n".join([fuzz.line(), "", *lines]))
    print(f"\n{fuzz.line()}\n\nschemathesis by phase: {dict(outcome.phases)}\nraw requests by kind: {dict(fuzz.raw)}")
    for operation, count in sorted(outcome.operations.items()):
        print(f"  {count:8} {operation}")
    for text, count in outcome.errors.most_common(20):
        print(f"  {count} x not sent or not answered: {text}")
    for one in outcome.findings.values():
        print(f"FAILURE {one.operation} {one.check}: {one.title}")
    print(f"{len(outcome.findings)} distinct failures; the report is {to}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2, help="of the web server")
    parser.add_argument("--report", type=Path, default=Path("fuzz-report.txt"))
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        live(f"fuzz_{os.getpid()}", Path(folder), NoBlocker(), template=DEMO) as platform,
    ):
        platform.environment.update(CALM)
        platform.start_web(processes=options.processes)
        fuzz = Fuzz(platform, minutes=options.minutes, seed=options.seed)
        try:
            fuzz.everything()
        finally:
            fuzz.done.set()
            report(fuzz, options.report)
            (options.report.with_suffix(".server.log")).write_bytes(platform.log("web"))
            platform.stop_all()
            drop_template()
    return 1 if fuzz.outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())
