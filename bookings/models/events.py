from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from bookings.rules.event_booking import Role
from bookings.rules.events import OLDEST, YOUNGEST, Eligibility, Entry, EventStatus, Hours, Level, SlotType, Terms
from scheduling.public import Location, Period, StaffMember, ZoneField
from tenants.brands.models import Brand
from tenants.ids import new_id

MAX_PARTICIPANTS = 10_000


class EventSettings(models.Model):
    """What a brand wants of the bookings of its events. Where it has said nothing, the defaults."""

    brand = models.OneToOneField(Brand, on_delete=models.CASCADE, related_name="+")
    allows_overlaps = models.BooleanField(
        "allow overlapping bookings", default=False, help_text="Whether a client may be in two events at once."
    )
    offer_minutes = models.PositiveSmallIntegerField(
        "offers to who waits (minutes)",
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(60 * 24 * 7)],
        help_text="How long a place that became free is kept for the next in line.",
    )

    class Meta:
        verbose_name_plural = "event settings"

    def __str__(self) -> str:
        return f"Events of {self.brand}"


class Sport(models.Model):
    """What is trained, such as boxing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100, unique=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class TimeSlot(models.Model):
    """What a coach offers: a time of day in a zone, for how many and whom, at which price. Its events have dates."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    coach = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="time_slots")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    sport = models.ForeignKey(Sport, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    starts = models.TimeField()
    ends = models.TimeField(help_text="Not after the start: on the next day.")
    timezone = ZoneField()
    participants = models.PositiveIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_PARTICIPANTS)]
    )
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in SlotType])
    age_from = models.PositiveSmallIntegerField(
        default=YOUNGEST, validators=[MinValueValidator(YOUNGEST), MaxValueValidator(OLDEST)]
    )
    age_to = models.PositiveSmallIntegerField(
        default=OLDEST, validators=[MinValueValidator(YOUNGEST), MaxValueValidator(OLDEST)], help_text="Included."
    )
    price = models.PositiveBigIntegerField(default=0, help_text="In kopecks.")
    address = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_public = models.BooleanField(default=True)
    level = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Level], default=Level.ANY)
    eligibility = models.CharField(
        max_length=16, choices=[(one.value, one.value) for one in Eligibility], default=Eligibility.ALL
    )
    needs_approval = models.BooleanField(default=False, help_text="The coach accepts or rejects each booking.")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(age_from__gte=YOUNGEST, age_to__lte=OLDEST, age_from__lte=F("age_to")),
                name="time_slot_ages",
            ),
            models.CheckConstraint(condition=Q(participants__gte=1), name="time_slot_participants"),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}, {self.sport or self.kind}"

    @property
    def hours(self) -> Hours:
        return Hours(starts=self.starts, ends=self.ends, zone=ZoneInfo(self.timezone))

    @property
    def place(self) -> str:
        """Where people meet; empty for what is online or was not said."""
        if self.address is None or self.kind == SlotType.ONLINE:
            return ""
        return ", ".join(filter(None, (self.address.name, self.address.address)))

    @property
    def terms(self) -> Terms:
        return Terms(
            participants=self.participants,
            kind=SlotType(self.kind),
            entry=Entry(age_from=self.age_from, age_to=self.age_to, eligibility=Eligibility(self.eligibility)),
            price=self.price,
            address_id=self.address_id,
            sport_id=self.sport_id,
            is_public=self.is_public,
            level=Level(self.level),
            needs_approval=self.needs_approval,
        )

    @classmethod
    def offering(cls, hours: Hours, terms: Terms, **more: object) -> "TimeSlot":
        """A new one, not saved yet."""
        entry = terms.entry
        return cls(
            starts=hours.starts,
            ends=hours.ends,
            timezone=hours.zone.key,
            participants=terms.participants,
            kind=terms.kind,
            age_from=entry.age_from,
            age_to=entry.age_to,
            eligibility=entry.eligibility,
            price=terms.price,
            address_id=terms.address_id,
            sport_id=terms.sport_id,
            is_public=terms.is_public,
            level=terms.level,
            needs_approval=terms.needs_approval,
            **more,
        )


class EventQuerySet(models.QuerySet["Event"]):
    def with_slot(self) -> "EventQuerySet":
        """With all that is said of an event."""
        return self.select_related("time_slot__sport", "time_slot__address", "coach__person", "brand")


class Event(models.Model):
    """A time slot on a date. Its time is a reservation of the coach's resource; its places are counted here."""

    SUBJECT_KIND: ClassVar = "event"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    time_slot = models.ForeignKey(TimeSlot, on_delete=models.PROTECT, related_name="events")
    # The slot's own, for those who look for events.
    coach = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="events", db_index=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The date in the slot's zone.
    date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField()
    # Written by one conditional UPDATE (services/places.py): Postgres refuses one place too many.
    taken = models.PositiveIntegerField(default=0)
    status = models.CharField(
        max_length=16, choices=[(one.value, one.value) for one in EventStatus], default=EventStatus.SCHEDULED
    )
    canceled_at = models.DateTimeField(null=True, blank=True)
    canceled_by_role = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Role], blank=True)
    cancellation_reason_code = models.CharField(max_length=32, blank=True)
    cancellation_reason_text = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="event_places"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="event_ordered"),
            models.UniqueConstraint(
                fields=["time_slot", "date"], condition=Q(status="Scheduled"), name="event_of_date_unique"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "starts_at", "id"], name="event_of_brand"),
            models.Index(fields=["coach", "starts_at"], name="event_of_coach"),
        ]

    def __str__(self) -> str:
        return f"{self.time_slot}, {self.date:%d %b %Y}"

    @property
    def period(self) -> Period:
        return Period(self.starts_at, self.ends_at)

    @property
    def free(self) -> int:
        """How many places can still be booked."""
        return self.capacity - self.taken if self.status == EventStatus.SCHEDULED else 0
