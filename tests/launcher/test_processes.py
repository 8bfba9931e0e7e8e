"""Finding left-over processes again: by number and command line, never by number alone."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bin.launcher.processes import Register

from .running import exists

pytestmark = pytest.mark.serial

COMMAND = ["sleep", "300.25"]


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(COMMAND, start_new_session=True) as process:
        yield process
        process.kill()


def register(path: Path, *, pid: int, command: list[str]) -> Register:
    path.write_text(json.dumps([{"name": "web", "pid": pid, "command": command, "signal": 15}]))
    return Register(path)


def test_ends_a_recorded_process(tmp_path: Path, stranger: subprocess.Popen[bytes]) -> None:
    assert register(tmp_path / "p.json", pid=stranger.pid, command=COMMAND).reclaim() == ["web"]
    assert not exists(stranger.pid)


def test_spares_a_process_that_got_the_number_since(tmp_path: Path, stranger: subprocess.Popen[bytes]) -> None:
    assert register(tmp_path / "p.json", pid=stranger.pid, command=["sleep", "301.25"]).reclaim() == []
    assert exists(stranger.pid)


def test_ends_what_is_left_of_a_group_whose_leader_is_gone(tmp_path: Path) -> None:
    script = "sleep 302.25 & echo $!; exit"
    with subprocess.Popen(["sh", "-c", script], start_new_session=True, stdout=subprocess.PIPE, text=True) as leader:
        assert leader.stdout is not None
        left = int(leader.stdout.readline())
        leader.wait()
        assert register(tmp_path / "p.json", pid=leader.pid, command=["sleep", "302.25"]).reclaim() == ["web"]
    assert not exists(left)


@pytest.mark.parametrize("content", ["", "[", "null", "{}", '[{"name": "web"}]'])
def test_a_damaged_file_is_no_obstacle(tmp_path: Path, content: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(content)
    assert Register(path).reclaim() == []
