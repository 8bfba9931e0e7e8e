"""The OpenAPI documents and their pages: complete, valid, and from this machine alone."""

import re
from contextlib import closing
from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.families import FAMILIES, family_of
from api.openapi_views import document
from tests.support.routes import Operation, operations

SCRIPTS = re.compile(r"""src=["'](/docs/[^"']*)["']""")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def _operations(name: str) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in orjson.loads(document(name))["paths"].items()
        for method, operation in item.items()
    }


def _as_documented(operation: Operation) -> str:
    return PARAMETER.sub(r"{\1}", str(operation)).replace("{pk}", "{id}")


def test_it_is_made_without_any_warning(tmp_path: Any) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "all.yaml"))

    assert (tmp_path / "all.yaml").stat().st_size > 0


def test_it_has_every_operation_and_no_other() -> None:
    assert set(_operations("")) == {_as_documented(operation) for operation in operations()}


@pytest.mark.parametrize("name", ["", *(family.name for family in FAMILIES)])
def test_each_document_is_valid_openapi_3_1(name: str) -> None:
    parsed = orjson.loads(document(name))

    assert parsed["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(parsed).validate()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_familys_document_has_its_operations_alone(family: Any) -> None:
    own = {name for name in _operations("") if family_of(*name.split()) is family}

    assert set(_operations(family.name)) == own


def test_every_operation_says_what_it_is_needs_and_refuses() -> None:
    for name, operation in _operations("").items():
        assert operation["operationId"], name
        assert operation["summary"], name
        assert operation["tags"], name
        assert operation["security"][0]["oauth2"], name
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"400", "401", "403", "404", "503"} <= set(refusals), name
        for status, answer in refusals.items():
            (content,) = answer["content"].values()
            assert content["examples"], (name, status)


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for operation in _operations("").values()]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("host", ["localhost", "north.test"])
@pytest.mark.parametrize("name", ["slotkeeper", *(family.name for family in FAMILIES)])
def test_documents_are_served_with_and_without_a_tenant(db: None, host: str, name: str) -> None:
    answer = Client().get(f"/openapi/{name}.json", headers={"Host": host})

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert orjson.loads(answer.content)["openapi"]


@pytest.mark.parametrize("path", ["/docs/", "/docs/redoc/"])
@pytest.mark.parametrize("host", ["localhost", "north.test"])
def test_pages_load_nothing_from_other_hosts(db: None, path: str, host: str) -> None:
    browser = Client()
    answer = browser.get(path, headers={"Host": host})

    assert answer.status_code == 200
    html = answer.content.decode()
    assert not re.findall(r"""(?:src|href|url|action)\s*[=(:]\s*["']?(?:https?:)?//""", html)
    # Swagger's own script is a file apart, so that the policy can forbid scripts inside the page.
    apart = "".join(browser.get(script, headers={"Host": host}).content.decode() for script in SCRIPTS.findall(html))
    assert "/openapi/slotkeeper.json" in html + apart
    assert "csrf" not in (html + apart).lower()
    files = re.findall(r"""(?:src|href)=["'](/static/[^"']+)["']""", html)
    assert files
    for file in files:
        with closing(browser.get(file, headers={"Host": host})) as found:
            assert found.status_code == 200, file
