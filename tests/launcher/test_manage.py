"""`bin/manage` and `bin/token`: a Django command with servers, and only its own output on stdout."""

import json
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import needs_root
from .running import Run
from .standin import clean_environment

pytestmark = pytest.mark.serial


def call(*command: str | Path, cwd: Path | str = "/", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_brings_its_own_servers_and_stops_them(checkout: Path, kept_data: Path) -> None:
    done = call(checkout / "bin" / "manage", "--data", kept_data, "sql", "DATABASE_URL", "SELECT current_user")
    assert (done.stdout, done.returncode) == ("app\n", 0), done.stderr
    assert not (kept_data / "processes.json").exists()


def test_the_role_of_the_web_is_no_superuser_and_owns_nothing(checkout: Path, kept_data: Path) -> None:
    sql = "SELECT rolsuper::text || (SELECT count(*) FROM pg_class WHERE relowner = r.oid) FROM pg_roles r"
    done = call(
        checkout / "bin" / "manage", "sql", "DATABASE_OWNER_URL", f"{sql} WHERE rolname = 'app'", "--data", kept_data
    )
    assert done.stdout == "false0\n", done.stderr


def test_uses_the_servers_of_a_running_bin_run(start: Callable[..., Run], checkout: Path) -> None:
    run = start()
    url = run.wait_until_ready()
    done = call(checkout / "bin" / "manage", "demo_ids", "harbor", "--data", run.data)
    assert answer(done)["arguments"] == ["demo_ids", "harbor"]
    variables = answer(done)["variables"]
    published = json.loads((run.data / "run.json").read_text())["variables"]
    assert variables == {name: published[name] for name in variables}
    assert variables["SLOTKEEPER_ENV"] == "development"
    assert url.endswith(f":{variables['SLOTKEEPER_PORT']}")
    assert done.stderr == ""


def test_passes_the_exit_code_on(checkout: Path, kept_data: Path) -> None:
    done = call(checkout / "bin" / "manage", "anything", "--data", kept_data, STANDIN_EXIT="7")
    assert done.returncode == 7


def test_works_through_a_symlink_from_elsewhere_with_a_relative_data_directory(
    checkout: Path, room: Path, fresh_data: Path
) -> None:
    (room / "link").symlink_to(checkout / "bin" / "manage")
    done = call(room / "link", "--data", fresh_data.name, "anything", cwd=room)
    assert answer(done)["cwd"] == str(checkout)
    assert answer(done)["variables"]["SLOTKEEPER_DATA"] == str(fresh_data)


def test_real_servers_need_no_embedded_ones(checkout: Path, fresh_data: Path) -> None:
    real = {"DATABASE_URL": "postgresql://there/db", "REDIS_URL": "redis://there"}
    done = call(checkout / "bin" / "manage", "anything", "--data", fresh_data, **real)
    variables = answer(done)["variables"]
    assert {name: variables[name] for name in real} == real
    assert variables["DATABASE_OWNER_URL"] is None
    assert not (fresh_data / "postgres").exists()


def test_token_is_the_django_command_of_that_name(checkout: Path, kept_data: Path) -> None:
    done = call(checkout / "bin" / "token", "harbor", "--scope", "a b", "--data", kept_data)
    assert answer(done)["arguments"] == ["token", "harbor", "--scope", "a b"]


def test_keeps_passwords_from_other_users(checkout: Path, kept_data: Path) -> None:
    call(checkout / "bin" / "manage", "anything", "--data", kept_data)
    for name in ("settings.json", "valkey.conf"):
        assert stat.S_IMODE((kept_data / name).stat().st_mode) == 0o600


@needs_root
def test_root_in_a_closed_directory_keeps_the_database_outside(checkout: Path, room: Path) -> None:
    closed = room / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    try:
        done = call(checkout / "bin" / "manage", "sql", "DATABASE_URL", "SELECT 1", "--data", data)
        assert done.stdout == "1\n", done.stderr
        again = call(checkout / "bin" / "manage", "sql", "DATABASE_URL", "SELECT 2", "--data", data)
        assert again.stdout == "2\n", again.stderr
    finally:
        shutil.rmtree((data / "postgres.location").read_text().strip())
