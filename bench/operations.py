"""The operations of `bench/idempotency.py`: what is sent, and what must be found in the database afterwards."""

import itertools
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from bench.cuts import Answer
from bookings.models import CoachBooking
from notifications.models import Message
from scheduling.models import Person, Reservation
from tests.support import cast
from tests.support.live import Live

HOST = "north.test"
COACHES = 64
SLOT_MINUTES = 30
MIDNIGHT = time(0)
# Not the answer to the request but to the moment: repeated, it gets another one.
_PASSING = {429, 503}
_IN_PROGRESS = b"idempotency_in_progress"


@dataclass
class Operation:
    kind: str
    name: str
    method: str
    path: str
    token: str
    body: dict[str, Any]
    # What the first answer must be.
    status: int
    answers: list[Answer] = field(default_factory=list)

    def request(self, *, keyed: bool, changes: dict[str, Any] | None = None) -> tuple[bytes, bytes]:
        """Head and body; `changes` make another request of it under the same key."""
        body = json.dumps({**self.body, **(changes or {})}).encode()
        lines = [
            f"{self.method} {self.path} HTTP/1.1", f"Host: {HOST}", f"Authorization: Bearer {self.token}",
            "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close", "If-Match: *",
        ]  # fmt: skip
        lines += [f"Idempotency-Key: {self.name}"] if keyed else []
        return "\r\n".join(lines).encode() + b"\r\n\r\n", body

    def take(self, answer: Answer | None, seen: Counter[str]) -> bool:
        """Counts an answer, keeps it if it is the request's; whether the operation is answered now."""
        if answer is None:
            return False
        if answer.status in _PASSING or _IN_PROGRESS in answer.body:
            seen["in progress (409)" if answer.status == 409 else f"answered {answer.status}"] += 1
            return False
        seen["replays"] += answer.replayed
        self.answers.append(answer)
        return True

    @property
    def is_acknowledged(self) -> bool:
        return any(answer.status < 300 for answer in self.answers)

    def violations(self) -> list[str]:
        """What is wrong with the answers alone."""
        found = []
        if len({(answer.status, answer.body) for answer in self.answers}) > 1:
            found.append(f"answers differ: {sorted({answer.status for answer in self.answers})}")
        if sum(not answer.replayed for answer in self.answers) > 1:
            found.append("answered twice without Idempotent-Replayed")
        found += [
            f"answered {answer.status}, not {self.status}: {answer.body[:200]!r}"
            for answer in self.answers
            if answer.status != self.status
        ][:1]
        return found


class Scene:
    """Coaches with slots around the clock, a client, a service; and ever new operations on them."""

    def __init__(self, platform: Live, *, seed: int) -> None:
        self.chance = random.Random(seed)
        self._numbers = itertools.count()
        self._slots = itertools.count()
        with platform.inside(HOST):
            coaches = [cast.make_coach(f"Coach{number}") for number in range(COACHES)]
            for coach in coaches:
                cast.make_office_hour(coach, start_time=MIDNIGHT, end_time=MIDNIGHT, duration_minutes=SLOT_MINUTES)
            client = cast.make_client()
            self.email = client.person.email
            self.service, self.user = cast.make_token(), cast.make_token(user=cast.make_user(client))
        self.coaches = [str(coach.person_id) for coach in coaches]
        self.first = cast.tomorrow_at(0, days=2)
        self.taken: list[tuple[str, str]] = []

    def next(self) -> Operation:
        """A booking (half of them), a registration, or one of those that are refused and whose refusal is kept."""
        kind = self.chance.random()
        name = f"operation-{next(self._numbers)}"
        if kind < 0.1 and self.taken:
            coach, slot = self.chance.choice(self.taken)
            return self._booking("refused booking", name, coach, slot, status=409)
        if kind < 0.6:
            number = next(self._slots)
            starts = self.first + timedelta(minutes=SLOT_MINUTES * (number // COACHES))
            return self._booking("booking", name, self.coaches[number % COACHES], starts.isoformat(), status=201)
        if kind < 0.7:
            return self._client("refused registration", name, {"email": self.email}, status=409)
        return self._client("registration", name, {}, status=201)

    def after(self, done: Operation) -> Operation | None:
        """What some operations lead to: a booking is cancelled, a client is changed."""
        if not done.is_acknowledged or self.chance.random() < 0.6:
            if done.kind == "booking" and done.is_acknowledged:
                self.taken = [*self.taken[-500:], (done.path.split("/")[3], done.body["slot_at"])]
            return None
        made = next(answer for answer in done.answers if answer.status < 300)
        id_, name = json.loads(made.body)["id"], f"{done.name}-after"
        if done.kind == "booking":
            return Operation("cancellation", name, "DELETE", f"/v1/bookings/{id_}", self.user, {}, 200)
        if done.kind == "registration":
            return Operation("change", name, "PATCH", f"/v1/clients/{id_}", self.service, {"family_name": name}, 200)
        return None

    def _booking(self, kind: str, name: str, coach: str, slot: str, *, status: int) -> Operation:
        body = {"slot_at": slot, "notes": name}
        return Operation(kind, name, "POST", f"/v1/coaches/{coach}/bookings", self.user, body, status)

    def _client(self, kind: str, name: str, changes: dict[str, str], *, status: int) -> Operation:
        body = {"given_name": name, **changes}
        return Operation(kind, name, "POST", "/v1/clients", self.service, body, status)


def effects(platform: Live) -> dict[str, int]:
    """How many times each operation, by its name, was done, as the database has it."""
    done: Counter[str] = Counter()
    with platform.inside(HOST):
        names = {}
        for pk, notes, version in CoachBooking.objects.values_list("pk", "notes", "version"):
            names[pk] = str(notes)
            done[str(notes)] += 1
            done[f"{notes}-after"] += version - 1
        taken = Counter(Reservation.objects.filter(active=True).values_list("subject_id", flat=True))
        mails = Counter(Message.objects.values_list("subject_id", "event"))
        for given, family, version in Person.objects.values_list("given_name", "family_name", "version"):
            done[given] += 1
            done[str(family)] += version - 1
    for pk, name in names.items():
        cancelled = done[f"{name}-after"]
        if taken[pk] != 1 - cancelled or any(mails[pk, event] > 1 for event in ("booked", "cancelled")):
            done[name] = -1  # half a booking, or its mail twice
    return done
