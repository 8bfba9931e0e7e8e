"""Sets of minutes as numbers, against sets of numbers."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scheduling.rules.minutes import meeting, positions, spans
from tests.scheduling.properties import bounded

_COUNT = 100
_SPANS = st.tuples(st.integers(0, _COUNT), st.integers(0, _COUNT)).filter(lambda pair: pair[0] < pair[1])


@given(st.lists(_SPANS, max_size=8))
@example([(0, 3), (5, 8)])
@example([(5, 8), (0, 3)])
@example([(0, 5), (5, _COUNT)])
# What overlaps although its starts and ends, each told once, would take turns.
@example([(0, 8), (0, 3), (5, 8)])
@example([(0, 5), (2, 8)])
@example([(0, 8), (3, 5)])
@example([(0, 5), (0, 5)])
@bounded
def test_many_spans_are_the_union_of_all(pairs: list[tuple[int, int]]) -> None:
    found = spans([start for start, _end in pairs], [end for _start, end in pairs], count=_COUNT)

    assert set(positions(found)) == {bit for start, end in pairs for bit in range(start, end)}


@pytest.mark.parametrize("length", [1, 2, 3, 7, 8, 64])
@given(st.sets(st.integers(0, _COUNT)))
@bounded
def test_what_a_run_meets(length: int, taken: set[int]) -> None:
    found = meeting(sum(1 << bit for bit in taken), length)

    assert set(positions(found)) == {bit for bit in range(_COUNT + 1) if taken & set(range(bit, bit + length))}
