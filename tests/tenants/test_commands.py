"""The operators' commands. Creating needs the owner's role, so it runs as the real command on a database of its own."""

import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.brands.models import Brand
from tenants.context import use, use_public
from tenants.models import Domain, Tenant
from tenants.resolution import resolve
from tests.support.database import ROOT, owner_url, with_database


def _run(*command: str) -> str:
    said = StringIO()
    with use_public():
        call_command(*command, stdout=said)
    return said.getvalue()


def test_list_shows_number_slug_status_and_domains(db: None) -> None:
    lines = [line.split() for line in _run("list_tenants").splitlines()]

    assert lines == [["1001", "north", "active", "north.test"], ["1002", "south", "active", "south.test"]]


def test_suspend_and_resume(db: None) -> None:
    assert _run("suspend_tenant", "north") == "north is suspended.\n"
    assert Tenant.objects.get(slug="north").status == "suspended"
    assert resolve(host="north.test", number=None).is_active is False  # type: ignore[union-attr]

    assert _run("resume_tenant", "north") == "north is active.\n"
    assert resolve(host="north.test", number=None).is_active is True  # type: ignore[union-attr]


@pytest.mark.parametrize("command", ["suspend_tenant", "resume_tenant"])
def test_a_slug_that_nobody_has_is_said(db: None, command: str) -> None:
    with pytest.raises(CommandError, match="no tenant 'nobody'"):
        _run(command, "nobody")


def _as_owner(database: str, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], database),
        "DATABASE_OWNER_URL": with_database(owner_url(), database),
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_create_makes_a_tenant_that_works_and_refuses_what_exists(own_database: str) -> None:
    done = _as_owner(own_database, "create_tenant", "west", "--name", "West Ltd", "--timezone", "Europe/Lisbon")

    assert done.returncode == 0, done.stderr
    assert "Created west (number 1003)" in done.stdout
    tenant: Any = resolve(host="west.localhost", number="1003")
    assert tenant.schema_name.startswith("t_")
    assert "west" not in tenant.schema_name
    with use(tenant):
        brand = Brand.objects.get()
        assert (brand.name, brand.timezone, brand.is_default) == ("West Ltd", "Europe/Lisbon", True)

    for again, says in (
        (("west", "--name", "Again"), "slug 'west'"),
        (("other", "--name", "Again", "--number", "1001"), "number 1001"),
        (("other", "--name", "Again", "--domain", "north.test"), "'north.test' belongs to a tenant already"),
    ):
        refused = _as_owner(own_database, "create_tenant", *again)
        assert refused.returncode == 1
        assert says in refused.stderr
        assert "Traceback" not in refused.stderr
    with use_public():
        assert Tenant.objects.count() == Domain.objects.count() == 3


def test_create_refuses_what_could_not_work(own_database: str) -> None:
    for wrong, says in (
        (("Bad Slug!", "--name", "X"), "slug"),
        (("bad", "--name", "X", "--timezone", "Europe/Atlantis"), "Europe/Atlantis"),
        (("bad", "--name", "X", "--number", "0"), "number"),
        (("bad", "--name", "X", "--domain", "not a host"), "not a host"),
    ):
        refused = _as_owner(own_database, "create_tenant", *wrong)
        assert refused.returncode == 1, (wrong, refused.stdout)
        assert says in refused.stderr
        assert "Traceback" not in refused.stderr
    with use_public():
        assert Tenant.objects.count() == 2
