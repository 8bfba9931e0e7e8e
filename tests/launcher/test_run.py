"""`bin/run`: what it starts, what it says, and that it leaves nothing behind."""

import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from .running import Run, exists, free_port, wait_until
from .standin import clean_environment

pytestmark = pytest.mark.serial


def test_starts_everything_says_ready_and_stops_without_a_trace(start: Callable[..., Run]) -> None:
    run = start()
    url = run.wait_until_ready()
    assert get(url) == b"standin"
    assert "preparing --demo" in run.output
    assert "http://harbor.localhost:" in run.output
    assert "  metrics  http://127.0.0.1:" in run.output
    wait_until(lambda: "metrics" in run.pids(), lambda: run.output)
    pids = run.pids()
    assert set(pids) == {"postgres", "valkey", "web", "worker", "sender", "beat", "metrics"}

    assert run.end() == 0

    assert not [name for name, pid in pids.items() if exists(pid)]
    assert not (run.data / "run.json").exists()


def test_stops_on_interrupt_and_starts_again_on_the_same_data(start: Callable[..., Run]) -> None:
    first = start("--no-demo")
    first.wait_until_ready()
    assert "preparing --no-demo" in first.output
    assert "harbor.localhost" not in first.output
    assert first.end(signal.SIGINT) == 0

    second = start()
    second.wait_until_ready()
    assert "Making the database" not in second.output


def test_a_second_signal_does_not_wait_for_a_part_that_hangs(start: Callable[..., Run]) -> None:
    run = start()
    run.wait_until_ready()
    worker = run.pids()["worker"]
    # A stopped process can't act on TERM.
    subprocess.run(["kill", "-STOP", str(worker)], check=True)
    run.process.send_signal(signal.SIGINT)
    run.wait_for("stopping")
    assert run.end(signal.SIGINT) == 0
    assert not exists(worker)
    assert "did not stop in time" not in run.output


def test_takes_the_next_port_when_the_default_one_is_taken(default_port_start: Callable[[], Run]) -> None:
    with socket.socket() as dummy:
        dummy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            dummy.bind(("127.0.0.1", 8000))
            dummy.listen()
        except OSError:
            pass  # somebody else has it: as good
        run = default_port_start()
        url = run.wait_until_ready()
    assert "Port 8000 is taken" in run.output
    assert not url.endswith(":8000")


def test_refuses_a_port_that_was_asked_for_and_is_taken(start: Callable[..., Run]) -> None:
    with socket.socket() as dummy:
        dummy.bind(("127.0.0.1", 0))
        dummy.listen()
        port = str(dummy.getsockname()[1])
        run = start("--port", port)
        assert run.process.wait(30) == 2
    assert f"Port {port}" in run.output
    assert "--port" in run.output


def test_refuses_a_data_directory_in_use_and_names_who_has_it(start: Callable[..., Run]) -> None:
    port = str(free_port())
    first = start("--port", port)
    first.wait_until_ready()
    second = start()
    assert second.process.wait(30) == 2
    for part in (str(first.data), f"process {first.process.pid}", f":{port}", "--data"):
        assert part in second.output
    assert first.process.poll() is None


@pytest.mark.parametrize("name", ["worker", "web", "postgres", "valkey"])
def test_starts_a_part_again_that_died(start: Callable[..., Run], name: str) -> None:
    run = start()
    url = run.wait_until_ready()
    pid = run.pids()[name]
    subprocess.run(["kill", "-KILL", str(pid)], check=True)
    run.wait_for(f"{name} was killed (SIGKILL)")
    again = run.pid_after(name, other_than=pid)
    if name == "web":
        wait_until(lambda: get(url) is not None, lambda: run.output)
    if name == "worker":
        run.wait_for(" ready.\n", times=3)
    assert exists(again)


def test_reclaims_what_a_killed_supervisor_left_running(start: Callable[..., Run]) -> None:
    first = start()
    first.wait_until_ready()
    pids = first.pids()
    # Stopped, they outlive their parent: TERM waits until they go on.
    left = [pids[name] for name in ("worker", "web")]
    subprocess.run(["kill", "-STOP", *map(str, left)], check=True)
    first.process.kill()
    first.process.wait(5)

    second = start()
    second.wait_until_ready()
    assert "Ended what an earlier bin/run had left running" in second.output
    assert not [name for name, pid in pids.items() if exists(pid)]


def test_says_what_failed_when_the_preparation_fails(start: Callable[..., Run]) -> None:
    run = start(STANDIN_EXIT="3")
    assert run.process.wait(30) == 1
    assert "prepare` failed (exit 3)" in run.output
    assert "Traceback" not in run.output
    assert not (run.data / "processes.json").exists()


def test_stops_in_the_middle_of_the_preparation(start: Callable[..., Run]) -> None:
    run = start(STANDIN_SLEEP="60")
    run.wait_for("preparing")
    assert run.end() == 0


def test_fresh_empties_its_own_directory(start: Callable[..., Run], fresh_data: Path) -> None:
    first = start(data=fresh_data)
    first.wait_until_ready()
    first.end()
    (fresh_data / "mail" / "old.eml").write_text("old")
    second = start("--fresh", data=fresh_data)
    second.wait_until_ready()
    assert "Making the database" in second.output
    assert not (fresh_data / "mail" / "old.eml").exists()


def test_leaves_a_directory_alone_that_is_not_its_own(start: Callable[..., Run], fresh_data: Path) -> None:
    fresh_data.mkdir()
    (fresh_data / "thesis.txt").write_text("years of work")
    run = start("--fresh", data=fresh_data)
    assert run.process.wait(30) == 2
    assert "not made by Slotkeeper" in run.output
    assert [path.name for path in fresh_data.iterdir()] == ["thesis.txt"]


def test_says_where_to_get_a_python(checkout: Path, room: Path) -> None:
    tools = room / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink"):
        (tools / name).symlink_to(subprocess.check_output(["which", name], text=True).strip())
    done = subprocess.run(
        ["/bin/sh", checkout / "bin" / "run"],
        env=clean_environment() | {"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert "PYTHON=" in done.stderr


def get(url: str) -> bytes | None:
    """What the web server answers; None while it does not."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own, http
            content: bytes = answer.read()
            return content
    except OSError:
        return None
