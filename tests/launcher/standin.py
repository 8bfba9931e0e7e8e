"""A small Django project that stands in for Slotkeeper, so that these tests see only the launcher.

Its files are written next to a copy of the real `bin/`; the virtual environment is the real one.
"""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Prints what it was called with; `prepare` can be told to fail or to take its time.
MANAGE = """
import json, os, sys, time
names = ("SLOTKEEPER_ENV", "SLOTKEEPER_DATA", "SLOTKEEPER_PORT", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
if sys.argv[1] == "prepare":
    print("preparing", *sys.argv[2:], flush=True)
    time.sleep(float(os.environ.get("STANDIN_SLEEP", "0")))
elif sys.argv[1] == "metrics":
    time.sleep(3600)
elif sys.argv[1] == "sql":
    import psycopg
    with psycopg.connect(os.environ[sys.argv[2]]) as connection:
        print(connection.execute(sys.argv[3]).fetchone()[0])
else:
    variables = {name: os.environ.get(name) for name in names}
    print(json.dumps({"arguments": sys.argv[1:], "cwd": os.getcwd(), "variables": variables}))
sys.exit(int(os.environ.get("STANDIN_EXIT", "0")))
"""

ASGI = """
async def application(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"standin"})
"""

CELERY = """
import os
from celery import Celery
app = Celery("standin", broker=os.environ["REDIS_URL"])
app.conf.broker_connection_retry_on_startup = True
"""

SETTINGS = "SECRET_KEY = 'x'\nINSTALLED_APPS = []\nUSE_TZ = True\n"


def make_checkout(place: Path) -> Path:
    """A checkout in `place` with the real launcher, the real environment and the stand-in project."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "bin", place / "bin", ignore=ignore)
    shutil.copytree(ROOT / "requirements", place / "requirements")
    (place / ".local").mkdir()
    (place / ".local" / "venv").symlink_to(ROOT / ".local" / "venv")
    files = {
        "manage.py": MANAGE,
        "config/__init__.py": "",
        "config/settings.py": SETTINGS,
        "config/asgi.py": ASGI,
        "config/celery.py": CELERY,
    }
    for name, text in files.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text)
    return place


def clean_environment(**more: str) -> dict[str, str]:
    """As little as a caller may have: no HOME, and nothing that leads to the servers of the test run."""
    return {"PATH": os.environ["PATH"], **more}
