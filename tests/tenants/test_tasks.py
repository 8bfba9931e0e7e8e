"""A tenant's task carries its schema, and refuses to run without it."""

from typing import Any

import pytest
from celery import Celery

from tenants.context import activate, activate_public, current_schema, use_public
from tenants.models import Tenant
from tenants.services.set_status import set_status
from tenants.tasks import HEADER, TenantRequiredError, TenantTask

RAN_IN: list[str] = []


@pytest.fixture
def task() -> Any:
    app = Celery("tests", set_as_current=False)
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
    RAN_IN.clear()

    @app.task(base=TenantTask, shared=False)
    def look(fails: bool = False) -> str:  # noqa: FBT001, FBT002 - as tasks are called
        RAN_IN.append(current_schema())
        if fails:
            raise ZeroDivisionError
        return current_schema()

    return look


def test_it_runs_in_the_tenant_in_which_it_was_sent(north: Any, south: Any, task: Any) -> None:
    activate(south)

    task.apply_async()

    assert [south.schema_name] == RAN_IN


def test_the_header_and_not_the_place_decides(north: Any, south: Any, task: Any) -> None:
    for place in (activate_public, lambda: activate(north)):
        place()
        before = current_schema()

        assert task.apply(headers={HEADER: south.schema_name}).get() == south.schema_name
        assert current_schema() == before


def test_after_an_error_the_worker_is_where_it_was(north: Any, task: Any) -> None:
    activate_public()

    with pytest.raises(ZeroDivisionError):
        task.apply(headers={HEADER: north.schema_name}, kwargs={"fails": True}).get()

    assert [north.schema_name] == RAN_IN
    assert current_schema() == "public"


@pytest.mark.parametrize("headers", [None, {}, {HEADER: ""}, {HEADER: None}, {"schema": "north"}])
def test_without_a_schema_it_refuses_wherever_the_worker_is(north: Any, task: Any, headers: Any) -> None:
    with pytest.raises(TenantRequiredError, match="carries no tenant"):
        task.apply(headers=headers).get()

    assert RAN_IN == []


@pytest.mark.parametrize("schema", ["t_gone", "public", "pg_catalog", "information_schema"])
def test_in_a_schema_that_is_no_tenants_it_refuses(north: Any, task: Any, schema: str) -> None:
    with pytest.raises(TenantRequiredError, match="gone"):
        task.apply(headers={HEADER: schema}).get()

    assert RAN_IN == []


def test_a_suspended_tenants_task_is_skipped(north: Any, task: Any) -> None:
    with use_public():
        set_status(slug="north", status=Tenant.Status.SUSPENDED)

    task.apply(headers={HEADER: north.schema_name})

    assert RAN_IN == []


def test_sending_from_outside_of_every_tenant_refuses(db: None, task: Any) -> None:
    activate_public()

    for send in (task.delay, task.apply_async):
        with pytest.raises(TenantRequiredError, match="outside of every tenant"):
            send()


def test_every_task_of_ours_is_a_tenants_or_says_why_not() -> None:
    from config.celery import app

    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}

    # These look at all tenants, one after the other.
    of_the_platform = {
        "notifications.sweep", "notifications.rotate", "accounts.sweep_mails",
        "accounts.forget_expired", "api.forget_idempotency_keys", "notifications.forget_deliveries",
        "scheduling.forget_holds", "scheduling.sweep_erasures", "bookings.sweep_lines",
    }  # fmt: skip
    assert {name for name, task in ours.items() if not isinstance(task, TenantTask)} == of_the_platform
