"""What changed since an answer: a mark of each day, in a cursor that the client keeps.

Nothing is stored, and whatever changes a day changes its mark: a booking, an expired hold, other hours, time itself.
"""

import base64
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from api.errors import InvalidInputError
from scheduling.api.days import Range
from scheduling.rules.minutes import span
from scheduling.rules.schedule import Day
from scheduling.selectors.availability import Question

_HEAD = struct.Struct(">BII")
_VERSION = 1


def marks(question: Question, free: Sequence[int], days: Iterable[Day]) -> dict[date, int]:
    """A mark for each day, of all that is free on it and of whom."""
    found = {}
    for day in days:
        at, mark = question.frame.bit(day.start), 0
        for offer, minutes in zip(question.offers, free, strict=True):
            part = (minutes >> at if at >= 0 else minutes << -at) & span(0, day.end - day.start)
            if part:
                mark = zlib.crc32(offer.staff_id.bytes + part.to_bytes(part.bit_length() // 8 + 1), mark)
        found[day.date] = mark
    return found


def marks_of_ranges(ranges: Mapping[date, Iterable[Range]]) -> dict[date, int]:
    """A mark for each day, of the ranges that begin on it."""
    return {day: zlib.crc32(repr([*on_day]).encode()) for day, on_day in ranges.items()}


def cursor_of(of_days: Mapping[date, int], *, question: str) -> str:
    """Says all marks; `question` is what was asked, without its period."""
    numbers = list(of_days.values())
    head = _HEAD.pack(_VERSION, zlib.crc32(question.encode()), min(of_days).toordinal())
    return base64.urlsafe_b64encode(head + struct.pack(f">{len(numbers)}I", *numbers)).decode().rstrip("=")


def unchanged_days(cursor: str, of_days: Mapping[date, int], *, question: str) -> set[date]:
    """The days that are as they were. Raises InvalidInputError for what is no cursor of this question."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        version, asked, first = _HEAD.unpack_from(packed)
        numbers = [number for (number,) in struct.iter_unpack(">I", packed[_HEAD.size :])]
    except (ValueError, struct.error) as error:
        raise _not_a_cursor() from error
    if version != _VERSION or asked != zlib.crc32(question.encode()):
        raise _not_a_cursor()
    return {
        day
        for day, mark in of_days.items()
        if 0 <= (number := day.toordinal() - first) < len(numbers) and numbers[number] == mark
    }


def _not_a_cursor() -> InvalidInputError:
    return InvalidInputError({"since": ["Take the cursor of an answer to the same question, or leave it out."]})
