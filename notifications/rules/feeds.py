"""Feeds of calendars: whose, how much they say, and from when to when."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

# What a feed holds around the moment when it is fetched.
BACK: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=365)
# Of more, those next to now: what comes first, and then what was. Writing so many takes a quarter of a second.
MOST_ENTRIES: Final = 1000
BUSY: Final = "Busy"


class FeedKind(StrEnum):
    """Whose bookings."""

    STAFF = "staff"
    ROOM = "room"
    CLIENT = "client"


class FeedLevel(StrEnum):
    """How much a feed tells."""

    BUSY = "busy"
    LIMITED = "limited"
    FULL = "full"

    @property
    def label(self) -> str:
        return {
            "busy": "Busy times and nothing else",
            "limited": "What is booked, without clients, notes and places",
            "full": "Everything: clients, notes and places too",
        }[self.value]
