"""Celery tasks that belong to a tenant.

A task carries its tenant's schema in a header and refuses to run without it: a task that ran in
`public`, or in the schema of the task before it, would read somebody else's rows.
"""

from collections.abc import Iterable
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

from tenants.audit.signing import signed
from tenants.context import current_schema, use
from tenants.models import PUBLIC_SCHEMA
from tenants.resolution import UnknownTenantError, by_schema
from tenants.telemetry import work

HEADER = "slotkeeper_schema"


def wake_in(schemas: Iterable[str], task: Task, *, expires: float) -> None:  # type: ignore[type-arg]
    """Sends a tenant's task to each of some tenants. Where the broker is gone the next sweep sends it."""
    for schema in schemas:
        try:
            with use(by_schema(schema)):
                task.apply_async(expires=expires)
        except UnknownTenantError:  # removed since
            continue
        except OperationalError:
            return


class TenantRequiredError(RuntimeError):
    """A tenant's task was sent or run outside of every tenant."""


class TenantTask(Task):  # type: ignore[type-arg]
    """Runs in the tenant that was current when it was sent. Skips a tenant that is gone or suspended."""

    abstract = True

    def apply_async(self, *args: Any, headers: dict[str, Any] | None = None, **options: Any) -> Any:
        schema = current_schema()
        if schema == PUBLIC_SCHEMA:
            raise TenantRequiredError(f"{self.name} was sent outside of every tenant.")
        return super().apply_async(*args, headers={**(headers or {}), HEADER: schema}, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        schema = (self.request.headers or {}).get(HEADER)
        if not schema:
            raise TenantRequiredError(f"{self.name} carries no tenant.")
        try:
            tenant = by_schema(schema)
        except UnknownTenantError as error:
            raise TenantRequiredError(f"{self.name}: the tenant is gone.") from error
        if not tenant.is_active:
            return None
        # For the lines that are written when the tenant has been left again.
        work.note(tenant=tenant.slug)
        with use(tenant), signed(actor=f"task:{self.name}", request_id=self.request.id or ""):
            return super().__call__(*args, **kwargs)
