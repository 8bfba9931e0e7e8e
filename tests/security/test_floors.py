"""The lock has no library below the version in which its makers mended what is known. Needs no network."""

import re

import pytest
from packaging.version import Version

from tests.support.database import ROOT

# The patched versions; raise them with what bin/audit finds.
FLOORS = {
    "celery": "5.7",
    "django": "5.2.19",
    "django-oauth-toolkit": "3.4.1",
    "django-tenants": "4.0.1",
    "djangorestframework": "3.18.3",
    "psycopg": "3.3.9",
    "redis": "8.1",
}
# Not needed now. If one comes in, then not below this.
IF_PRESENT = {"pyjwt": "2.13", "gunicorn": "22", "jinja2": "3.1.6"}
LOCKS = ("base", "local", "dev")


def locked(text: str) -> dict[str, Version]:
    return {name: Version(version) for name, version in re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", text, re.MULTILINE)}


def below(versions: dict[str, Version]) -> list[str]:
    missing = [f"{name} is missing" for name in FLOORS if name not in versions]
    return missing + [
        f"{name} {versions[name]} is below {floor}"
        for name, floor in {**FLOORS, **IF_PRESENT}.items()
        if name in versions and versions[name] < Version(floor)
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_is_patched(name: str) -> None:
    assert below(locked((ROOT / "requirements" / f"{name}.txt").read_text())) == []


def test_an_older_version_is_found() -> None:
    text = re.sub(r"(?m)^django==\S+", "django==5.2.9", (ROOT / "requirements" / "base.txt").read_text())
    assert below(locked(text)) == [f"django 5.2.9 is below {FLOORS['django']}"]
