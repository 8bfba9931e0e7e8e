"""An exception as a log may show it: where and what kind, never the values.

The text of an exception is made of values as often as not: a row in a unique violation, a recipient in an SMTP
refusal, a word that is no number. So it is left out; what Postgres says about the place is taken in its stead.
"""

from collections.abc import Iterator
from pathlib import Path
from traceback import FrameSummary, StackSummary, walk_tb
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 30


def describe(error: BaseException, *, with_text: bool = False) -> list[dict[str, Any]]:
    """The exception and its causes, the last one first. `with_text` is for a developer's own machine."""
    return [_one(each, with_text=with_text) for each in _chain(error)]


def as_text(failures: list[dict[str, Any]]) -> str:
    """For reading: indented lines, a cause after its effect."""
    lines = []
    for failure in failures:
        facts = " ".join(f"{name}={value}" for name, value in failure.items() if name not in {"type", "frames"})
        lines.append(f"    {failure['type']} {facts}".rstrip())
        lines += [f"        {frame}" for frame in failure["frames"]]
    return "\n".join(lines)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _one(error: BaseException, *, with_text: bool) -> dict[str, Any]:
    # No `capture_locals`: they are the values.
    stack = StackSummary.extract(walk_tb(error.__traceback__), capture_locals=False)
    described: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [_frame(frame) for frame in stack[-FRAMES:]],
    }
    described |= _of_postgres(error)
    if with_text:
        described["text"] = str(error)
    return described


def _frame(frame: FrameSummary) -> str:
    path = Path(frame.filename)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        place = str(path.relative_to(ROOT))
    else:
        place = "/".join(path.parts[-3:])
    return f"{place}:{frame.lineno} {frame.name}: {frame.line or ''}".rstrip(": ")


def _of_postgres(error: BaseException) -> dict[str, str]:
    """What psycopg knows without values: the code, and the names of things."""
    diag = getattr(error, "diag", None)
    names = ("sqlstate", "constraint_name", "table_name", "column_name")
    return {name: value for name in names if diag is not None and (value := getattr(diag, name, None))}
