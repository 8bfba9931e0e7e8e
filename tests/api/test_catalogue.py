"""One catalogue of refusals: stable codes, messages that format, each of them documented."""

import re
import string
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.test import Client

from api.errors import InvalidInputError
from api.openapi_views import document
from bookings.event_errors import OverlappingBookingError, SeriesConflictError
from config.urls import tenant
from scheduling.rules.recurrence import InvalidRuleError
from tenants.errors import DomainError

# Refusals that two layers know under one code, because they mean the same to a client.
SAME_MEANING: set[str] = set()
# What no operation of its own can announce.
NOT_OF_ONE_OPERATION = {
    "method_not_allowed",
    "forbidden",  # forms of pages
    "too_many_attempts",
    "sign_in_unavailable",
    "resource_taken",  # the ledger's; each domain says it in its own words
    "unsigned_report",  # mail providers', at /mail-reports/
    "too_many_reports",
    "overbook_reason_required",  # no endpoint overbooks yet
}


def _catalogue() -> list[type[DomainError]]:
    assert tenant.urlpatterns  # importing the URLconf has imported every refusal

    def below(parent: type[DomainError]) -> list[type[DomainError]]:
        return [found for child in parent.__subclasses__() for found in (child, *below(child))]

    return [error for error in below(DomainError) if error.message]


CATALOGUE = _catalogue()
# Those that are made of something else than what their message says.
MADE_OTHERWISE: dict[type[DomainError], Callable[[], DomainError]] = {
    InvalidInputError: lambda: InvalidInputError({"field": ["Is wrong."]}),
    InvalidRuleError: lambda: InvalidRuleError("COUNT is wrong."),
    OverlappingBookingError: lambda: OverlappingBookingError(event_id=uuid4(), other_id=None),
    SeriesConflictError: lambda: SeriesConflictError([], days=3),
}


def _fields(error: type[DomainError]) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(error.message) if name}


@pytest.mark.parametrize("error", CATALOGUE, ids=lambda error: error.__name__)
def test_the_code_is_a_word_for_programs(error: type[DomainError]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    assert error.code != DomainError.code


@pytest.mark.parametrize("error", CATALOGUE, ids=lambda error: error.__name__)
def test_the_message_is_a_sentence_that_formats(error: type[DomainError]) -> None:
    data: dict[str, Any] = {name: f"a {name}" for name in _fields(error)}
    made: DomainError = MADE_OTHERWISE[error]() if error in MADE_OTHERWISE else error(**data)

    assert str(made)
    assert not re.search(r"[{}]", str(made))
    assert error in MADE_OTHERWISE or str(made).endswith((".", "reason", "nearest"))


def test_a_code_means_one_thing() -> None:
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for error in CATALOGUE:
        owners[error.code].add(f"{error.__module__}.{error.__name__}")

    assert {code for code, names in owners.items() if len(names) > 1} == SAME_MEANING


def test_every_code_is_documented_where_it_may_be_met() -> None:
    documented: set[str] = set()
    for item in orjson.loads(document(""))["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for content in response.get("content", {}).values():
                    documented |= set(content.get("examples", {}))

    assert {error.code for error in CATALOGUE} - documented == NOT_OF_ONE_OPERATION


def test_a_familys_own_word_is_documented_in_its_operations_and_beside_ours(db: None) -> None:
    paths = orjson.loads(document(""))["paths"]
    of_leko, of_platform = (
        next(iter(paths[path]["post"]["responses"]["400"]["content"].values()))["examples"]
        for path in ("/v1/bookings", "/v1/clients")
    )

    assert of_leko["validation"]["value"]["errors"][0]["code"] == "validation"
    assert of_platform["validation_error"]["value"]["code"] == "validation_error"
    assert "validation_error" not in of_leko
    page = Client().get("/docs/errors", headers={"Host": "localhost"}).content.decode()
    assert "<code>validation_error</code>; leko: <code>validation</code></td>" in page
