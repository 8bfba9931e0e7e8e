"""A body that is small on the wire stays small in the memory."""

import tracemalloc

import orjson
import pytest

from api.errors import InvalidInputError
from api.parsers import check


def test_a_long_name_over_a_long_list_costs_no_more_than_its_size() -> None:
    body = orjson.dumps({"k" * 60_000: [0] * 25_000})
    data = orjson.loads(body)
    tracemalloc.start()
    check(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * len(body)


def test_the_field_that_is_refused_is_named_by_its_path() -> None:
    with pytest.raises(InvalidInputError) as refused:
        check({"exceptions": [{"date": "2030-01-01"}, {"date": "\0"}]})
    assert list(refused.value.fields) == ["exceptions.1.date"]
