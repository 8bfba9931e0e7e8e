"""Whoever changes something is named: callers, staff, tasks and commands. And nobody in another's stead."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from celery import shared_task
from django.db import connection, transaction
from django.test import Client as Browser

from accounts.access.models import Application, Membership
from accounts.models import User
from scheduling.models import Location, Person
from tenants.audit.models import AuditEntry
from tenants.audit.signing import sign, signed
from tenants.context import activate
from tenants.resolution import resolve
from tenants.tasks import HEADER, TenantTask
from tests.support import cast
from tests.support.database import ROOT, with_database
from tests.support.http import Rest


@pytest.fixture
def tenant(own_database: str) -> Any:
    """North, in a database where transactions commit: what outlives one is seen here alone."""
    north = resolve(host="north.test", number=None)
    assert north is not None
    activate(north)
    return north


def last() -> tuple[str, str]:
    entry = AuditEntry.objects.order_by("id")[AuditEntry.objects.count() - 1]
    return entry.actor, entry.request_id


def unsigned() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        return f"database:{cursor.fetchone()[0]}"


def test_a_service_a_user_and_then_nobody(tenant: Any) -> None:
    client = cast.make_client()
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    service, user = cast.make_token(), cast.make_user(client)
    application = Application.objects.latest("id")
    body = {"given_name": "Dora", "email": "dora@example.com"}

    made = Rest(tenant, service, **{"X-Request-Id": "r-1"}).post("/v1/clients", body)
    assert made.status_code == 201
    assert last() == (f"application:{application.pk}", "r-1")

    Location.objects.create(name="Nobody signed this")
    assert last() == (unsigned(), "")

    booked = Rest(tenant, cast.make_token(user=user), **{"X-Request-Id": "r-2", "Idempotency-Key": "k"}).post(
        f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()}
    )
    assert booked.status_code == 201
    assert last() == (f"user:{user.pk}", "r-2")


def test_a_repetition_leaves_no_second_entry(tenant: Any) -> None:
    rest = Rest(tenant, cast.make_token(), **{"Idempotency-Key": "once"})
    body = {"given_name": "Dora", "email": "dora@example.com"}
    answers = [rest.post("/v1/clients", body) for _ in range(3)]
    assert [answer.get("Idempotent-Replayed") for answer in answers] == [None, "true", "true"]
    key = str(Person.objects.get(email="dora@example.com").pk)
    assert AuditEntry.objects.filter(kind="person", object_id=key).count() == 1


def test_a_refused_write_leaves_no_entry(tenant: Any) -> None:
    client = cast.make_client()
    before = AuditEntry.objects.count()
    token = cast.make_token()
    made = AuditEntry.objects.count() - before  # the application
    rest = Rest(tenant, token, **{"Idempotency-Key": "refused"})
    assert rest.post("/v1/clients", {"given_name": "Bob", "email": client.person.email}).status_code == 409
    assert AuditEntry.objects.count() == before + made


def test_staff(tenant: Any) -> None:
    user = User.objects.create_user("boss@north.test", "a password", is_staff=True)
    Membership.objects.create(user=user, role="administrator")
    browser = Browser(headers={"Host": "north.test"})
    browser.force_login(user)
    try:
        answer = browser.post(
            "/admin/scheduling/location/add/", {"name": "Pier 1", "timezone": "UTC"}, headers={"X-Request-Id": "r-3"}
        )
    finally:
        activate(tenant)
    assert answer.status_code == 302
    assert last() == (f"user:{user.pk}", "r-3")
    Location.objects.create(name="Nobody signed this")
    assert last() == (unsigned(), "")


@shared_task(name="tests.audit", base=TenantTask)
def build(*, fail: bool = False) -> None:
    Location.objects.create(name="Built by a task")
    if fail:
        raise RuntimeError


def run(task: Callable[..., Any], tenant: Any, **options: Any) -> None:
    build.push_request(id="task-1", headers={HEADER: tenant.schema_name})
    try:
        task(**options)
    finally:
        build.pop_request()


@pytest.mark.parametrize("fail", [False, True])
def test_a_task_and_what_comes_after_it(tenant: Any, *, fail: bool) -> None:
    if fail:
        with pytest.raises(RuntimeError):
            run(build, tenant, fail=True)
    else:
        run(build, tenant)
    assert last() == ("task:tests.audit", "task-1")
    Location.objects.create(name="Nobody signed this")
    assert last() == (unsigned(), "")


def test_a_task_whose_connection_is_lost_leaves_no_signature(tenant: Any) -> None:
    with signed(actor="task:x"):
        connection.connection.close()
    Location.objects.create(name="Nobody signed this")
    assert last() == (unsigned(), "")


def test_a_command(tenant: Any, own_database: str) -> None:
    environment = {**os.environ, "DATABASE_URL": with_database(os.environ["DATABASE_URL"], own_database)}
    command = ["manage.py", "create_staff_user", "north", "new@north.test", "--password", "a long password"]
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert last() == ("command:create_staff_user", "")


def test_a_signature_ends_with_its_transaction(tenant: Any) -> None:
    """The control: one of the session would go on, and name the wrong one."""
    with transaction.atomic():
        sign(actor="user:1", request_id="r")
        Location.objects.create(name="One")
    assert last() == ("user:1", "r")
    Location.objects.create(name="Two")
    assert last() == (unsigned(), "")

    with connection.cursor() as cursor:
        cursor.execute("SET slotkeeper.signature = 'user:1 r'")
    Location.objects.create(name="Three")
    assert last() == ("user:1", "r")


def test_within_a_task_a_transaction_s_own_signature_comes_first(tenant: Any) -> None:
    with signed(actor="task:x", request_id="t"):
        with transaction.atomic():
            sign(actor="user:1", request_id="r")
            Location.objects.create(name="One")
        assert last() == ("user:1", "r")
        Location.objects.create(name="Two")
        assert last() == ("task:x", "t")
