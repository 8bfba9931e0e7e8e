"""The commands: from the words on the command line to the module that does it."""

import signal
import sys
from types import FrameType

from .audit import audit
from .checks import bench, test
from .console import Console
from .manage import manage
from .problem import Problem
from .run import run


def main(arguments: list[str]) -> int:
    """Run `arguments[0]` (run, test, bench, audit, manage or token) with the rest; the exit code."""
    name, rest = arguments[0], arguments[1:]
    # Until a command sets its own handlers, TERM and a closed terminal unwind like Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        return _dispatch(name, rest)
    except Problem as problem:
        print(f"bin/{name}: {problem.what}\n{problem.todo}", file=sys.stderr)
        return problem.code
    except OSError as error:
        print(
            f"bin/{name}: {error}\nPut that right and call it again. "
            "If a file below .local/venv is missing, remove .local/venv: it is then made anew.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130


def _dispatch(name: str, arguments: list[str]) -> int:
    if name in ("manage", "token"):
        # Nothing but the command's own output may come on stdout.
        return manage(arguments if name == "manage" else ["token", *arguments], console=Console(sys.stderr))
    if name == "run":
        return run(arguments, console=Console(sys.stdout))
    if name == "test":
        return test(arguments, console=Console(sys.stdout))
    if name == "bench":
        return bench(arguments, console=Console(sys.stdout))
    if name == "audit":
        return audit(arguments, console=Console(sys.stdout))
    raise Problem(
        f"There is no command {name}.",
        todo="Call bin/run, bin/test, bin/bench, bin/audit, bin/manage or bin/token.",
        code=2,
    )


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
