"""A drawn world as rows, made by the services that make real ones; and what the model says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property, partial
from uuid import UUID
from zoneinfo import ZoneInfo

from bookings.models import OfficeHour
from scheduling.models import Client, Closure, HoursException, Location, Reservation, Resource, Service, StaffMember
from scheduling.models import WorkingHours as Hours
from scheduling.offers import StaffOffer, offers_of
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.rules.schedule import Hours as WallHours
from scheduling.services.ledger import SlotTakenError, release, reserve
from tests.scheduling.availability.model import MINUTE, Question
from tests.scheduling.availability.worlds import Piece, Thing, Window, World
from tests.scheduling.ledger import some
from tests.support import cast, visiting

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_COUNTS = {"other", "of the service", "held", "overbooked"}


@dataclass(frozen=True)
class Stored:
    world: World
    brand_id: UUID
    client: Client
    service_id: UUID
    staff: Sequence[StaffMember]
    # What is taken of each resource, by its id.
    pieces: dict[int, list[Piece]]
    rooms: Sequence[int]

    def offers(self, within: Period) -> list[StaffOffer]:
        found = offers_of(service_id=self.service_id, brand_id=self.brand_id, staff_ids=None, within=within)
        assert found is not None
        return found

    @cached_property
    def questions(self) -> dict[UUID, Question]:
        """What the model is asked of each staff member, needs and limits aside."""
        return {
            one.person_id: _question(self.world, thing, busy=self._busy(one.resource_id))
            for one, thing in zip(self.staff, self.world.staff, strict=True)
        }

    def free(self, who: StaffMember) -> list[datetime]:
        return [start for start in self.questions[who.person_id].offered if self.refusal(who, start) is None]

    def refusal(self, who: StaffMember, start: datetime) -> str | None:
        """Why a staff member can't be booked at a start, as the model sees it."""
        question = self.questions[who.person_id]
        reason = question.refusal(start, full=self._is_full(who, start))
        lacking = any(not any(self._is_free(room, question, start) for room in need) for need in self.world.needs)
        return reason or ("needs_busy" if lacking else None)

    def _is_free(self, number: int, question: Question, start: datetime) -> bool:
        day = start.astimezone(question.zone).date()
        closed = [*self.world.closed, *self.world.rooms[number].closed]
        is_closed = any(first <= day <= last for first, last in closed)
        return not is_closed and not question.meets(start, self._busy(self.rooms[number]))

    def _busy(self, resource_id: int) -> list[tuple[datetime, datetime]]:
        return [(piece.starts, piece.ends) for piece in self.pieces[resource_id] if piece.what in _COUNTS]

    def _is_full(self, who: StaffMember, start: datetime) -> bool:
        zone = ZoneInfo(self.world.service_zone)
        on_day = {
            resource_id: sum(
                piece.what == "of the service"
                and (piece.starts + self.world.before * MINUTE).astimezone(zone).date() == start.astimezone(zone).date()
                for piece in pieces
            )
            for resource_id, pieces in self.pieces.items()
        }
        return (self.world.per_day is not None and sum(on_day.values()) >= self.world.per_day) or (
            self.world.per_staff is not None and on_day[who.resource_id] >= self.world.per_staff
        )


def stored(world: World) -> Stored:
    brand = cast.main_brand()
    staff = [_staff_member(number, thing) for number, thing in enumerate(world.staff)]
    rooms = [_resource(thing) for thing in world.rooms]
    for first, last in world.closed:
        Closure.objects.create(name="All of us", starts_on=first, ends_on=last)
    service_id = _office_hour(world, staff[0]).pk if world.kind == "office hour" else _service(world, rooms).pk
    for one, thing in zip(staff, world.staff, strict=True):
        for slot in thing.slots:
            visiting.make_slot(one, slot, minutes=world.length)
    things = dict(zip([*(one.resource_id for one in staff), *rooms], [*world.staff, *world.rooms], strict=True))
    pieces = {resource_id: _taken(resource_id, thing.pieces, service_id) for resource_id, thing in things.items()}
    return Stored(
        world=world,
        brand_id=brand.pk,
        client=cast.make_client(),
        service_id=service_id,
        staff=staff,
        pieces=pieces,
        rooms=rooms,
    )


def _staff_member(number: int, thing: Thing) -> StaffMember:
    made = visiting.make_provider(f"Ada{number} Coach")
    Resource.objects.filter(pk=made.resource_id).update(timezone=thing.zone, location=_location(thing))
    for weekdays, starts, ends in thing.weekly:
        Hours.objects.bulk_create(
            Hours(resource_id=made.resource_id, weekday=weekday, starts=starts, ends=ends) for weekday in weekdays
        )
    for day, windows in thing.exceptions.items():
        for starts, ends in windows or [(None, None)]:  # type: ignore[list-item]
            HoursException.objects.create(resource_id=made.resource_id, date=day, starts=starts, ends=ends)
    return made


def _resource(thing: Thing) -> int:
    return Resource.objects.create(
        kind=Resource.Kind.ROOM, name="Blue", timezone=thing.zone, location=_location(thing)
    ).pk


def _location(thing: Thing) -> Location | None:
    if not thing.closed:
        return None
    location = Location.objects.create(name="Here")
    for first, last in thing.closed:
        Closure.objects.create(name="Painters", starts_on=first, ends_on=last, location=location)
    return location


def _service(world: World, rooms: Sequence[int]) -> Service:
    service = visiting.make_visit_type(
        "talk",
        duration_minutes=world.length,
        step_minutes=world.step,
        buffer_before_minutes=world.before,
        buffer_after_minutes=world.after,
        notice_minutes=world.notice,
        horizon_days=world.horizon,
        max_per_day=world.per_day,
        max_per_staff_per_day=world.per_staff,
        timezone=world.service_zone,
    )
    Service.objects.filter(pk=service.pk).update(offered_in=world.kind)
    for weekdays, starts, ends in world.service_hours:
        for weekday in weekdays:
            service.hours.create(weekday=weekday, starts=starts, ends=ends)
    for number, need in enumerate(world.needs):
        service.needs.create(name=f"Need {number}").resources.set([rooms[room] for room in need])
    return service


def _office_hour(world: World, coach: StaffMember) -> OfficeHour:
    ((weekdays, starts, ends), *_), exceptions = world.staff[0].weekly, world.staff[0].exceptions
    return cast.make_office_hour(
        coach,
        weekdays=weekdays,
        start_time=starts,
        end_time=ends,
        timezone=world.service_zone,
        duration_minutes=world.length,
        notice_minutes=world.notice,
        horizon_days=world.horizon,
        exceptions={day: WallHours(*windows[0]) if windows else None for day, windows in exceptions.items()},
    )


def _taken(resource_id: int, pieces: Sequence[Piece], service_id: UUID) -> list[Piece]:
    """Those of the pieces that found room. Holds expire when all is taken: then what was overbooked beside them is
    alone with its time."""
    found, expired = [], []
    for piece in pieces:
        take = partial(_take, resource_id, piece, service_id)
        hold = some("hold")
        if piece.what in {"expired", "overbooked"} and take(hold, "expired"):
            expired.append(hold.id)
        if piece.what == "expired" or take(some("hold" if piece.what == "held" else "test"), piece.what):
            found.append(piece)
    Reservation.objects.filter(subject_id__in=expired).update(expires_at=_LONG_AGO)
    return found


def _take(resource_id: int, piece: Piece, service_id: UUID, subject: Subject, what: str) -> bool:
    try:
        reserve(
            resource_ids=[resource_id],
            period=Period(piece.starts, piece.ends),
            subject=subject,
            now=_LONG_AGO,
            service_id=service_id if what in {"of the service", "expired"} else None,
            overbook=what == "overbooked",
            reason="An emergency" if what == "overbooked" else "",
            holds_for=timedelta(minutes=10) if what in {"held", "expired"} else None,
        )
    except SlotTakenError:
        return False
    if what == "released":
        release(subject=subject)
    return True


def _question(world: World, thing: Thing, *, busy: Sequence[tuple[datetime, datetime]]) -> Question:
    is_office_hour = world.kind == "office hour"
    return Question(
        zone=ZoneInfo(world.service_zone if is_office_hour else thing.zone),
        weekly=[(*row, None, None) for row in _weekly(thing.weekly[:1] if is_office_hour else thing.weekly)],
        exceptions=dict(thing.exceptions),
        service=_weekly(world.service_hours) or None,
        service_zone=ZoneInfo(world.service_zone),
        slots=thing.slots if world.kind == "slots" else None,
        length=world.length,
        step=world.step,
        before=world.before,
        after=world.after,
        notice=world.notice * MINUTE,
        horizon=timedelta(days=world.horizon),
        closed=[*world.closed, *thing.closed],
        busy=busy,
        now=world.now,
        start=world.start,
        end=world.end,
    )


def _weekly(windows: Sequence[Window]) -> list[tuple[int, time, time]]:
    return [(weekday, starts, ends) for weekdays, starts, ends in windows for weekday in sorted(weekdays)]
