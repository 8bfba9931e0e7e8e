"""How many orders a second, of those that the database alone could store.

    bin/bench orders [--seconds 10] [--processes 2] [--sizes 1,5,50]

Both sides run on the same machine, database and minute: HTTP requests that order places in 1, 5 and 50 events through
granian, with 16 connections; and pgbench with 16 connections repeating the very SQL statements that such a request
sends, as captured from one. Each client orders once; either all want the same events (contended: the rows of those
events are locked one after the other), or each their own. The load generator, the server and Postgres share the
machine's cores.
"""

import argparse
import itertools
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from hashlib import md5
from pathlib import Path
from uuid import UUID

import django

django.setup()

from django.db import connection  # noqa: E402 - after the setup
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import load, sql  # noqa: E402
from bench.booking import CONNECTIONS, HOST, NoBlocker, say_machine  # noqa: E402
from bookings.models import Event, TimeSlot  # noqa: E402
from tenants.resolution import resolve  # noqa: E402
from tests.support import cast, eventing  # noqa: E402
from tests.support.database import drop_template, owner_connection  # noqa: E402
from tests.support.http import Rest  # noqa: E402
from tests.support.live import Live, live  # noqa: E402

CLIENTS = 600_000
# So many of them for each run; nobody orders twice.
A_RUN = 20_000
# Sets of events of which two orders at the same moment seldom want the same.
SETS = 500
CAPACITY = 1_000_000
# Added to the number of a client: a key that is found again in the captured statements.
FIRST_KEY = 770_000_000


def main() -> None:
    options = _options()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        try:
            scene = Scene(platform, largest=max(options.sizes))
            platform.start_web(processes=options.processes)
            for size, contended in itertools.product(options.sizes, (False, True)):
                scene.measure(size, contended=contended, seconds=options.seconds)
        finally:
            platform.stop_all()
            drop_template()


class Scene:
    """Events of a coach, in numbered sets, and numbered clients."""

    def __init__(self, platform: Live, *, largest: int) -> None:
        self.platform = platform
        self._runs = itertools.count(0, A_RUN)
        with platform.inside(HOST):
            self.schema = str(connection.schema_name)  # type: ignore[attr-defined]
            self.token = cast.make_token()
            slot = eventing.make_event(cast.make_coach(), cast.tomorrow_at(9)).time_slot
            eventing.allow_overlaps()
            _add_events(slot, largest)
        _add_clients(platform.database_name, self.schema, slot.brand_id)

    def measure(self, size: int, *, contended: bool, seconds: int) -> None:
        captured, warm, ours_from = (next(self._runs) for _ in range(3))

        def orders(first: int) -> Iterator[load.Request]:
            headers = {"Host": HOST, "Authorization": f"Bearer {self.token}"}
            for number in itertools.count(first):
                body = _body(number, 0 if contended else number % SETS, size)
                yield load.post("/v1/bookings", json.dumps(body).encode(), headers)

        port = self.platform.port
        load.run(port=port, connections=CONNECTIONS, seconds=1, requests=orders(warm))
        ours = load.run(port=port, connections=CONNECTIONS, seconds=seconds, requests=orders(ours_from))
        written, known = self._captured(size, contended=contended, client=captured)
        wanted = "the same events" if contended else "different events"
        print(
            f"\n{size} events an order, {wanted}, {CONNECTIONS} connections, {len(written)} statements a request\n"
            f"  HTTP               {ours.per_second:8.1f}/s   p50 {ours.percentile(0.5):7.1f} ms   "
            f"p95 {ours.percentile(0.95):7.1f} ms   {dict(ours.statuses)}",
            flush=True,
        )
        for protocol in ("simple", "prepared"):
            limit = sql.pgbench(
                url=self.platform.environment["DATABASE_URL"], schema=self.schema, connections=CONNECTIONS,
                seconds=seconds, protocol=protocol, statements=[
                    r"\set i :i + 1",
                    # The number of this order among those of all connections.
                    rf"\set n {next(self._runs)} + :i * {CONNECTIONS} + :client_id",
                    *(_rewritten(statement, known, captured) for statement in written),
                ],
            )  # fmt: skip
            print(
                f"  pgbench {protocol:10} {limit.per_second:8.1f}/s   average {limit.average:7.1f} ms   "
                f"ratio {ours.per_second / limit.per_second:.3f}",
                flush=True,
            )

    def _captured(self, size: int, *, contended: bool, client: int) -> tuple[list[str], dict[str, str]]:
        """The statements of one order, and its ids as expressions of `:n`, the number of an order."""
        which = 0 if contended else client % SETS
        with self.platform.inside(HOST):
            tenant = resolve(host=HOST, number=None)
            rest = Rest(tenant, self.token)  # type: ignore[arg-type]
            # Once before, so that what a process remembers (the tenant) is not counted.
            rest.get(f"/v1/bookings/orders?userId={_person_id(client)}")
            with CaptureQueriesContext(connection) as captured:
                answer = rest.post("/v1/bookings", _body(client, which, size))
        if answer.status_code != 201:
            raise RuntimeError(f"{answer.status_code}: {answer.content!r}")
        order = answer.json()
        known = {
            str(_person_id(client)): "md5('client-' || :n)::uuid",
            order["orderId"]: "md5('o' || :n)::uuid",
        }
        for index, booking in enumerate(order["bookings"]):
            known[booking["bookingId"]] = f"md5('b{index}-' || :n)::uuid"
        for index in range(size):
            at = "0" if contended else f"(:n % {SETS})"
            known[str(_event_id(which, index))] = f"md5('event-' || {at} || '-{index}')::uuid"
        # pgbench sets the search path once, as a connection that stays in its tenant does.
        return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith("SET search_path")], known


def _rewritten(statement: str, known: dict[str, str], client: int) -> str:
    """With expressions for the known ids and the client's key: alone, in arrays and within longer texts (JSON)."""
    key = str(FIRST_KEY + client)
    its_key = f"({FIRST_KEY} + :n)"

    def literal(found: re.Match[str]) -> str:
        text = found[1]
        if text in known:
            return known[text]
        if re.fullmatch(r"\{[0-9a-f,-]+\}", text):
            items = [known.get(item) or (its_key if item == key else f"'{item}'") for item in text[1:-1].split(",")]
            return f"ARRAY[{', '.join(items)}]"
        # JSON's `:null` would be a variable of pgbench.
        text = re.sub(r'":(?=[a-z])', '": ', text)
        pieces = [known.get(piece) or f"'{piece}'" for piece in re.split(rf"({'|'.join(known)})", text)]
        return f"({' || '.join(pieces)})" if len(pieces) > 1 else pieces[0]

    # An apostrophe in a comment begins no literal.
    statement = re.sub(r"^\s*--.*$", "", statement, flags=re.MULTILINE)
    dashed = re.compile(r"\b[0-9a-f]{32}\b")
    statement = dashed.sub(lambda found: str(UUID(found[0])), statement)
    statement = re.sub(r"'((?:[^']|'')*)'", literal, statement)
    return statement.replace(key, its_key)


def _body(client: int, which: int, size: int) -> dict[str, object]:
    return {
        "userId": str(_person_id(client)),
        "eventIds": [str(_event_id(which, index)) for index in range(size)],
        "paymentMethod": {"type": "Cash"},
    }


def _person_id(number: int) -> UUID:
    return UUID(md5(f"client-{number}".encode()).hexdigest())  # noqa: S324 - as Postgres can, not to keep a secret


def _event_id(which: int, index: int) -> UUID:
    return UUID(md5(f"event-{which}-{index}".encode()).hexdigest())  # noqa: S324


def _add_clients(database_name: str, schema: str, brand_id: UUID) -> None:
    """As many rows in the database's own way, without an entry in the audit for each."""
    with owner_connection(database_name) as owner:
        owner.execute(f'SET search_path TO "{schema}"')
        for table in ("person", "client", "client_brands"):
            owner.execute(f"ALTER TABLE scheduling_{table} DISABLE TRIGGER USER")
        owner.execute(
            "INSERT INTO scheduling_person (id, given_name, family_name, email, phone, language, timezone, gender, "
            "version, created_at, updated_at) SELECT md5('client-' || n)::uuid, 'Client', n::text, '', '', 'en', "
            f"'UTC', '', 1, now(), now() FROM generate_series(0, {CLIENTS - 1}) n"
        )
        owner.execute(
            "INSERT INTO scheduling_client (id, person_id, created_at) "
            f"SELECT {FIRST_KEY} + n, md5('client-' || n)::uuid, now() FROM generate_series(0, {CLIENTS - 1}) n"
        )
        owner.execute(
            "INSERT INTO scheduling_client_brands (client_id, brand_id) "
            f"SELECT {FIRST_KEY} + n, '{brand_id}' FROM generate_series(0, {CLIENTS - 1}) n"
        )
        owner.execute("ANALYZE")


def _add_events(slot: TimeSlot, size: int) -> None:
    """Each at a time of its own; the coach's time in the ledger is no part of an order."""
    begins = cast.tomorrow_at(0, days=30)
    events = []
    for number, (which, index) in enumerate(itertools.product(range(SETS), range(size))):
        starts = begins + timedelta(hours=number)
        events.append(
            Event(
                id=_event_id(which, index), time_slot=slot, coach_id=slot.coach_id, brand_id=slot.brand_id,
                date=begins.date() + timedelta(days=number), starts_at=starts, ends_at=starts + timedelta(hours=1),
                capacity=CAPACITY, created_at=begins, updated_at=begins,
            )
        )  # fmt: skip
    Event.objects.bulk_create(events, batch_size=1000)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10, help="of each of the measurements")
    parser.add_argument("--processes", type=int, default=2, help="of the web server")
    parser.add_argument("--sizes", default="1,5,50", help="events of an order")
    options = parser.parse_args()
    options.sizes = [int(size) for size in options.sizes.split(",")]
    say_machine()
    return options


if __name__ == "__main__":
    main()
