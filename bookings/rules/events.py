"""Events, the time slots that they come from, and who may take part."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.rules import wall_time
from scheduling.rules.people import Gender

SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=24)
YOUNGEST: Final = 18
OLDEST: Final = 99


class EventStatus(StrEnum):
    SCHEDULED = "Scheduled"
    CANCELED = "Canceled"


class SlotType(StrEnum):
    ONLINE = "Online"
    OFFLINE = "Offline"


class Level(StrEnum):
    ANY = "Any"
    BEGINNER = "Beginner"
    MEDIUM = "Medium"
    PRO = "Pro"


class Eligibility(StrEnum):
    ALL = "All"
    MEN = "Men"
    WOMEN = "Women"


class Barred(StrEnum):
    """Why somebody may not take part."""

    UNKNOWN_AGE = "birth_date_unknown"
    AGE = "age_not_allowed"
    UNKNOWN_GENDER = "gender_unknown"
    GENDER = "not_eligible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Whom an event is for: the ages, both included, and the gender."""

    age_from: int = YOUNGEST
    age_to: int = OLDEST
    eligibility: Eligibility = Eligibility.ALL

    @property
    def is_for_all_ages(self) -> bool:
        """Whether it says no more than the widest range that can be written."""
        return (self.age_from, self.age_to) == (YOUNGEST, OLDEST)

    def barred(self, *, born: date | None, gender: Gender | None, day: date) -> Barred | None:
        """Why this person may not take part on a day (the event's own, in its zone); None where they may.

        Who has not said when they were born may come where every grown-up may.
        """
        if born is None:
            if not self.is_for_all_ages:
                return Barred.UNKNOWN_AGE
        elif not self.age_from <= age_on(day, born=born) <= self.age_to:
            return Barred.AGE
        if self.eligibility is Eligibility.ALL:
            return None
        if gender is None:
            return Barred.UNKNOWN_GENDER
        wanted = Gender.MALE if self.eligibility is Eligibility.MEN else Gender.FEMALE
        return None if gender is wanted else Barred.GENDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a time slot says besides its hours. The price is in kopecks, of one place."""

    participants: int = 1
    kind: SlotType = SlotType.OFFLINE
    entry: Entry = Entry()
    price: int = 0
    address_id: UUID | None = None
    sport_id: UUID | None = None
    is_public: bool = True
    level: Level = Level.ANY
    needs_approval: bool = False


def age_on(day: date, *, born: date) -> int:
    """Whole years. Who was born on 29 February is a year older on 1 March of other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The wall time of a slot in its coach's zone. An end that is not after the start belongs to the next day."""

    starts: time
    ends: time
    zone: ZoneInfo

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The instants between which the event of a day takes place, in UTC."""
        return wall_time.window(day, self.starts, self.ends, self.zone)

    def last_day(self, day: date) -> date:
        """On which it ends, of a day on which it starts."""
        return day if self.ends > self.starts else day + timedelta(days=1)

    @property
    def duration(self) -> timedelta:
        """By the clock on the wall: on the night of a clock change the event lasts an hour more or less."""
        starts, ends = (datetime.combine(date.min, at) for at in (self.starts, self.ends))
        return (ends - starts) % timedelta(days=1) or timedelta(days=1)
