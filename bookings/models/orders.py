from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bookings.models.events import Event
from bookings.rules.event_booking import WITH_PLACE, Role, Status
from bookings.rules.waiting import IN_LINE, WaitingState
from scheduling.public import Client, Person
from tenants.brands.models import Brand
from tenants.ids import new_id

REASON_CODES = [("NotFeelingWell", "Not feeling well"), ("NoTime", "No time"), ("Other", "Other")]


class Order(models.Model):
    """What a client booked at once: one booking for each event."""

    class PaymentStatus(models.TextChoices):
        PENDING = "Pending"
        PAID = "Paid"
        FAILED = "Failed"
        CASH = "Cash"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="orders", db_index=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    payment_status = models.CharField(max_length=16, choices=PaymentStatus.choices, default=PaymentStatus.CASH)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        indexes: ClassVar = [models.Index(fields=["client", "created_at"], name="order_of_client")]

    def __str__(self) -> str:
        return str(self.id)


class EventBookingQuerySet(models.QuerySet["EventBooking"]):
    def known(self) -> "EventBookingQuerySet":
        """Those that are shown to anybody: not of people who were erased, of which the amounts alone are kept."""
        return self.filter(client__person__erased_at__isnull=True)

    def with_event(self) -> "EventBookingQuerySet":
        """With all that is said of a booking."""
        return self.select_related(
            "client__person",
            "brand",
            "event__coach__person",
            "event__time_slot__sport",
            "event__time_slot__address",
        )


class EventBooking(models.Model):
    """A client's place in an event."""

    SUBJECT_KIND: ClassVar = "event_booking"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="bookings")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="bookings")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="event_bookings")
    # The event's own, for those who look for bookings.
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Status])
    # As they were at booking: the slot may change later.
    price = models.PositiveBigIntegerField()
    # The client's how-many-th booking with this coach (docs/adr/0029).
    cardinality = models.PositiveIntegerField()
    completed = models.BooleanField(default=False)
    note = models.TextField(null=True, blank=True)  # noqa: DJ001 - the contract tells null from ""
    canceled_at = models.DateTimeField(null=True, blank=True)
    canceled_by_role = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Role], blank=True)
    cancellation_reason_code = models.CharField(max_length=32, choices=REASON_CODES, blank=True)
    cancellation_reason_text = models.CharField(max_length=1000, blank=True)
    # Hidden from its client's list since then, for good.
    dismissed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    schedule_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = EventBookingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["event__starts_at", "id"]
        constraints: ClassVar = [
            # Who has a place has one.
            models.UniqueConstraint(
                fields=["event", "client"],
                condition=Q(status__in=sorted(WITH_PLACE)),
                name="event_booking_once",
            ),
            models.CheckConstraint(
                condition=Q(status="Canceled", canceled_at__isnull=False)
                | (~Q(status="Canceled") & Q(canceled_at=None)),
                name="event_booking_canceled_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.event}"


class CoachCount(models.Model):
    """How often a client has booked a coach: whoever books next gets the next number."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    coach = models.ForeignKey("scheduling.StaffMember", on_delete=models.CASCADE, related_name="+")
    bookings = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "coach"], name="coach_count_unique")]

    def __str__(self) -> str:
        return f"{self.client} with {self.coach}: {self.bookings}"


class WaitingPlaceQuerySet(models.QuerySet["WaitingPlace"]):
    def in_line(self) -> "WaitingPlaceQuerySet":
        """Those that still wait, or are being offered a place."""
        return self.filter(state__in=IN_LINE)

    def offered(self) -> "WaitingPlaceQuerySet":
        return self.filter(state=WaitingState.OFFERED)

    def expired(self) -> "WaitingPlaceQuerySet":
        """Whose offer is over by the database's clock, and was not ended yet."""
        return self.offered().filter(offered_until__lte=Now())

    def with_event(self) -> "WaitingPlaceQuerySet":
        """With all that is said of somebody's place in a line."""
        return self.select_related(
            "client__person",
            "brand",
            "event__coach__person",
            "event__time_slot__sport",
            "event__time_slot__address",
        )


class WaitingPlace(models.Model):
    """Somebody's place in the line for an event that is full.

    While a freed place is offered to them it is theirs alone, and counts as taken.
    """

    SUBJECT_KIND: ClassVar = "waiting_place"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="waiting")
    # The how-many-th to join the event's line; the smallest is next.
    number = models.PositiveIntegerField()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="waiting_places")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=16, choices=[(one.value, one.value.capitalize()) for one in WaitingState], default="waiting"
    )
    # By the database's clock.
    offered_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    schedule_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = WaitingPlaceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["event", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "number"], name="waiting_place_number"),
            models.UniqueConstraint(
                fields=["event", "client"], condition=Q(state__in=IN_LINE), name="waiting_place_once"
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offered_until__isnull=False)
                | (~Q(state="offered") & Q(offered_until=None)),
                name="waiting_place_offered_until",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["event", "number"], condition=Q(state="waiting"), name="waiting_place_in_line"),
            models.Index(fields=["offered_until"], condition=Q(state="offered"), name="waiting_place_offered"),
        ]

    def __str__(self) -> str:
        return f"{self.client} waits for {self.event}"


class DisputeReason(models.Model):
    """What one can complain of."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200, unique=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Dispute(models.Model):
    """What the client or the coach of a booking says was wrong, until staff has dealt with it."""

    booking = models.OneToOneField(EventBooking, on_delete=models.CASCADE, related_name="dispute")
    disputer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey(DisputeReason, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    resolution = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at"]

    def __str__(self) -> str:
        return f"{self.booking}: {self.reason}"
