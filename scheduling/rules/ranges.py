"""Free time as ranges: what a calendar draws, where a list of starts is what a form offers."""

from collections.abc import Iterator
from dataclasses import replace

from scheduling.rules.availability import HoursOffer, Offer, SlotsOffer
from scheduling.rules.minutes import Frame, minute_of, positions, span


def off_grid(offer: Offer) -> Offer:
    """The same offer at any minute; slots stay where they were opened."""
    return replace(offer, step=1) if isinstance(offer, HoursOffer) else offer


def free_ranges(offer: Offer, *, free: int, free_off_grid: int, frame: Frame) -> Iterator[tuple[int, int]]:
    """The minutes [start, end) of the frame, ascending, in which something of what is offered can be booked.

    `free` and `free_off_grid` are the free starts of the offer and of `off_grid(offer)`. Wherever a booking lies wholly
    within one range it is free, but for the grid, and at least one on the grid does. Two ranges overlap only where
    nothing fits across: between two windows of the hours, or where the room has to change.
    """
    if isinstance(offer, SlotsOffer):
        yield from sorted(_slots(offer, free, frame))
    elif isinstance(offer, HoursOffer):
        firsts, lasts = free_off_grid & ~(free_off_grid << 1), free_off_grid & ~(free_off_grid >> 1)
        for first, last in zip(positions(firsts), positions(lasts), strict=True):
            if free & span(first, last + 1):
                yield first, last + offer.length


def _slots(offer: SlotsOffer, free: int, frame: Frame) -> Iterator[tuple[int, int]]:
    for slot in offer.slots:
        at = frame.bit(minute_of(slot.start))
        if at >= 0 and free >> at & 1:
            yield at, frame.bit(minute_of(slot.end))
