"""Django as production starts it: a process of its own with an environment of its own."""

import os
import subprocess
import sys

from tests.support.database import ROOT

PRODUCTION = {
    "SLOTKEEPER_ENV": "production",
    "SECRET_KEY": "tests-" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "SECRETS_KEYS": "dGVzdHMtMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3A=",
    "ALLOWED_HOSTS": ".slotkeeper.example",
    "PLATFORM_HOSTS": "slotkeeper.example",
    "DATABASE_URL": "postgres://app:secret@db.internal:5432/slotkeeper",
    "REDIS_URL": "redis://:secret@redis.internal:6379/0",
}


def run(*command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a Django command with `environment` and what the system itself needs. Its files are those of this run: in
    the folder of `bin/run` they would keep that from starting."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SLOTKEEPER_DATA") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
