"""A typed Python client, generated from our document, books on the platform."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from config.wsgi import application
from tests.openapi.demo import Demo
from tests.openapi.document import parsed

PACKAGE = "slotkeeper_client"
USE = Path(__file__).with_name("booking_client.py")
MAYA = "maya.lindqvist@harbor.example.com"
INES = UUID("53075d23-6c3f-5e98-b11a-0b04678e1dec")


def generated(document: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """openapi-python-client as a developer runs it; a warning is an error."""
    (folder / "document.json").write_text(json.dumps(document))
    # Its own formatting of what it wrote is none of our affair.
    (folder / "config.yaml").write_text(f"post_hooks: []\npackage_name_override: {PACKAGE}\n")
    return subprocess.run(
        [
            sys.executable, "-m", "openapi_python_client", "generate", "--path", "document.json",
            "--config", "config.yaml", "--meta", "none", "--output-path", PACKAGE, "--fail-on-warning",
        ],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("client")
    done = generated(parsed(), folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    (folder / USE.name).write_text(USE.read_text())
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] in {PACKAGE, USE.stem}]:
        del sys.modules[name]


def test_the_generated_client_books_is_refused_and_cancels(demo: Demo, folder: Path) -> None:
    use: Any = importlib.import_module(USE.stem)
    client: Any = importlib.import_module(PACKAGE).AuthenticatedClient(
        base_url=f"http://{demo.host}",
        token=demo.user_token(MAYA),
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.WSGITransport(app=application)},
    )

    slot = use.book_and_cancel(client, INES)

    assert slot.tzinfo is not None


def test_errors_of_every_family_are_typed(demo: Demo, folder: Path) -> None:
    importlib.import_module(PACKAGE)
    models: Any = importlib.import_module(f"{PACKAGE}.models")
    people: Any = importlib.import_module(f"{PACKAGE}.api.people.get_client")
    notify: Any = importlib.import_module(f"{PACKAGE}.api.bookings.notify_bookings")
    make: Any = importlib.import_module(PACKAGE).AuthenticatedClient
    arguments = {
        "base_url": f"http://{demo.host}",
        "raise_on_unexpected_status": True,
        "httpx_args": {"transport": httpx.WSGITransport(app=application)},
    }
    service, patient = make(token=demo.service_token, **arguments), make(token=demo.user_token(MAYA), **arguments)

    missing = people.sync(INES, client=service)
    forbidden = notify.sync(client=patient)

    assert isinstance(missing, models.Problem)
    assert (missing.status, missing.code) == (404, "not_found")
    assert isinstance(forbidden, models.LekoErrors)
    assert forbidden.errors[0].code == "insufficient_scope"


def test_its_use_is_typed(folder: Path) -> None:
    (folder / "mypy.ini").write_text(f"[mypy]\nstrict = true\n[mypy-{PACKAGE}.*]\nfollow_imports = silent\n")

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", USE.name],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def test_a_document_that_cannot_be_generated_from_is_seen(tmp_path: Path) -> None:
    document = parsed()
    document["paths"]["/v1/clients"]["post"]["requestBody"]["content"] = {"text/csv; oops": {"schema": {}}}

    assert generated(document, tmp_path).returncode != 0
