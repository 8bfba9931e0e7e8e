"""Work that is done in all tenants, one after the other, such as hourly clean-ups."""

import logging
import time
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError

from tenants.context import use, use_public
from tenants.models import Tenant

logger = logging.getLogger(__name__)

# No tenant is begun after so many seconds: the task must end before its time limit.
SECONDS: Final = 30.0


def in_each_tenant(do: Callable[[], object], *, what: str) -> None:
    """Does it in each tenant, suspended ones too; `what` names it in the log.

    In any order: where the time is not enough for all, the next rounds reach the others. One tenant's trouble with the
    database is not the others'.
    """
    deadline = time.monotonic() + SECONDS
    with use_public():
        tenants = list(Tenant.objects.order_by("?"))
    for done, tenant in enumerate(tenants):
        if time.monotonic() > deadline:
            logger.warning("%s: there was time for %s of %s tenants", what, done, len(tenants))
            return
        try:
            with use(tenant):
                do()
        except DatabaseError:
            logger.exception("%s failed in %s", what, tenant.slug)
