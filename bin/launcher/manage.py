"""`bin/manage` and `bin/token`: one Django command with servers, its own output and its own exit code."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from . import environment, servers
from .console import Console
from .problem import Problem
from .processes import die_with_parent
from .state import DataDirectory

DEFAULT_DATA = environment.LOCAL / "data"
DEFAULT_PORT = 8000
LOCK_SECONDS = 30.0


def manage(arguments: list[str], *, console: Console) -> int:
    """Run the Django command in `arguments` (which may contain `--data DIR`); its exit code.

    Servers of a running `bin/run` are used; otherwise embedded ones are up just for the command.
    """
    path, command = split_data(arguments)
    environment.ensure("local" if servers.needed() else "base", console=console)
    data = DataDirectory(path)
    own = servers.Servers(data, durable=True, console=console)
    if not servers.needed():
        _become(command, own.variables(web_port=DEFAULT_PORT))
    deadline = time.monotonic() + LOCK_SECONDS
    said = False
    while not data.try_lock(command="bin/manage"):
        holder = data.holder()
        published = data.published()
        if published and holder.get("command") == "bin/run":
            _become(command, published)
        if time.monotonic() > deadline:
            raise Problem(
                f"The data directory {path} is in use by {holder.get('command')} (process {holder.get('pid')}).",
                todo="Wait until that has ended, or start bin/run: its servers can be shared.",
                code=2,
            )
        if not said and time.monotonic() > deadline - LOCK_SECONDS + 1:
            console.say(f"Waiting for {holder.get('command')} (process {holder.get('pid')}) ...")
            said = True
        time.sleep(0.05)
    data.clean_up()
    try:
        own.start()
        return run_child(
            [str(environment.PYTHON), "manage.py", *command],
            own.variables(web_port=_web_port(data)),
        )
    finally:
        own.stop()


def split_data(arguments: list[str]) -> tuple[Path, list[str]]:
    """Take `--data DIR` or `--data=DIR` out of `arguments`, wherever it stands before a `--`."""
    path, rest = DEFAULT_DATA, list(arguments)
    end = rest.index("--") if "--" in rest else len(rest)
    for index, word in enumerate(rest[:end]):
        if word == "--data":
            if index + 1 >= end:
                raise Problem("--data needs a directory.", todo="Call it with --data DIR.", code=2)
            path = Path(rest[index + 1])
            del rest[index : index + 2]
            break
        if word.startswith("--data="):
            path = Path(word.removeprefix("--data="))
            del rest[index]
            break
    return path, rest


def run_child(command: list[str], variables: Mapping[str, str]) -> int:
    """Run `command` in the checkout, on our terminal; its exit code as a shell would give it."""
    process = subprocess.Popen(
        command,
        cwd=environment.ROOT,
        env=environment.variables() | dict(variables),
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there is a single thread
    )
    # Ctrl-C reaches the command by itself (same terminal); a signal sent only to us is handed on.
    old = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        code = process.wait()
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _become(command: list[str], variables: Mapping[str, str]) -> None:
    sys.stdout.flush()
    os.chdir(environment.ROOT)
    os.execve(  # noqa: S606 - no shell is meant
        environment.PYTHON,
        [str(environment.PYTHON), "manage.py", *command],
        environment.variables() | dict(variables),
    )


def _web_port(data: DataDirectory) -> int:
    known = data.settings().get("web_port")
    return known if isinstance(known, int) else DEFAULT_PORT
