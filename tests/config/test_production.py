"""Production refuses to start half configured."""

import pytest

from tests.config.running import PRODUCTION, run


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "SECRETS_KEYS", "ALLOWED_HOSTS", "PLATFORM_HOSTS", "DATABASE_URL", "REDIS_URL"]
)
@pytest.mark.parametrize("value", [None, ""])
def test_it_names_what_is_missing(name: str, value: str | None) -> None:
    environment = {key: text for key, text in PRODUCTION.items() if key != name}
    if value is not None:
        environment[name] = value

    done = run("check", environment=environment)

    assert done.returncode != 0
    assert f"{name} is not set" in done.stderr


def test_a_key_for_secrets_that_is_none_is_refused_without_being_shown() -> None:
    done = run("check", environment={**PRODUCTION, "SECRETS_KEYS": f"{PRODUCTION['SECRETS_KEYS']},no-key-at-all"})

    assert done.returncode != 0
    assert "Key 2 of SECRETS_KEYS is no key" in done.stderr
    assert "no-key-at-all" not in done.stderr


def test_a_forgotten_environment_is_production() -> None:
    environment = {key: text for key, text in PRODUCTION.items() if key not in {"SLOTKEEPER_ENV", "SECRET_KEY"}}

    done = run("check", environment=environment)

    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_an_unknown_environment_is_refused() -> None:
    done = run("check", environment={**PRODUCTION, "SLOTKEEPER_ENV": "prod"})

    assert done.returncode != 0
    assert "use production, development or test" in done.stderr


def test_another_database_than_postgres_is_refused() -> None:
    done = run("check", environment={**PRODUCTION, "DATABASE_URL": "sqlite:////tmp/slotkeeper.db"})

    assert done.returncode != 0
    assert "DATABASE_URL must be a postgres:// URL" in done.stderr


def test_djangos_deployment_checks_find_nothing() -> None:
    done = run("check", "--deploy", "--fail-level", "WARNING", environment=PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("command", [("prepare", "--demo"), ("demo_ids", "harbor")])
def test_there_is_no_demo_and_nothing_of_it_is_touched(command: tuple[str, ...]) -> None:
    done = run(*command, environment=PRODUCTION)

    assert done.returncode == 1
    assert "not for production" in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_is_off_and_the_secrets_of_development_are_not_there() -> None:
    show = "from django.conf import settings as s; print(s.DEBUG, s.SECRET_KEY[:6], s.SESSION_COOKIE_SECURE)"

    done = run("shell", "--no-imports", "--command", show, environment=PRODUCTION)

    assert done.stdout.split() == ["False", "tests-", "True"], done.stderr
