"""When readers want to be left alone, on their own clocks."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.rules.intervals import Period
from scheduling.rules.wall_time import window

# From a minute to the one before it, when the clocks go back.
LONGEST_NIGHT: Final = timedelta(hours=25)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one wall time to another, over midnight where the second is the earlier one. Half-open."""

    begin: time
    end: time

    def around(self, instant: datetime, where: ZoneInfo) -> Period | None:
        """The quiet hours in which an instant lies, on the clocks of a zone; None where nobody minds."""
        today = instant.astimezone(where).date()
        for day in (today - timedelta(days=1), today):
            starts, ends = window(day, self.begin, self.end, where)
            if starts <= instant < ends:
                return Period(starts, ends)
        return None
