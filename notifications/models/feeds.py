"""Private addresses at which calendar programs fetch what is booked."""

from typing import ClassVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from notifications.rules.feeds import FeedKind, FeedLevel
from scheduling.public import Client, Person, Room, StaffMember
from tenants.brands.models import Brand
from tenants.ids import new_id


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def live(self) -> "CalendarFeedQuerySet":
        """Those that nobody has revoked."""
        return self.filter(revoked_at=None)

    def open(self) -> "CalendarFeedQuerySet":
        """The live ones whose owner still belongs there: works for the brand, is its client, is in use."""
        staff = StaffMember.brands.through.objects.filter(staffmember=OuterRef("staff_member"), brand=OuterRef("brand"))
        client = Client.brands.through.objects.filter(client=OuterRef("client"), brand=OuterRef("brand"))
        return self.live().filter(
            Q(Exists(staff), staff_member__is_active=True) | Q(Exists(client)) | Q(room__resource__is_active=True)
        )

    def of_person(self, person_id: object) -> "CalendarFeedQuerySet":
        """Those with a person's own bookings, as staff or as a client; none for nobody."""
        if person_id is None:
            return self.none()
        return self.filter(Q(staff_member__person=person_id) | Q(client__person=person_id))

    def with_owner(self) -> "CalendarFeedQuerySet":
        return self.select_related("brand", "staff_member__person", "room__resource", "client__person")


class CalendarFeed(models.Model):
    """Lets whoever knows its address read the bookings of a staff member, a room or a client.

    The address is shown once and stored as its checksum: 187 random bits need no slow hash.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(
        max_length=100, blank=True, help_text="Who uses it and for what. Calendar programs show it as the title."
    )
    brand = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Bookings of other brands are shown as busy and nothing more.",
    )
    staff_member = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar_feeds")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar_feeds")
    level = models.CharField(
        "shows",
        max_length=16,
        choices=[(level.value, level.label) for level in FeedLevel],
        default=FeedLevel.BUSY,
    )
    # The first characters of the secret, which tell in lists and in reports of leaks which one it is.
    prefix = models.CharField(max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(editable=False)
    rotated_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # To the hour: see notifications.services.open_calendar_feed.
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(staff_member__isnull=False, room=None, client=None)
                | Q(staff_member=None, room__isnull=False, client=None)
                | Q(staff_member=None, room=None, client__isnull=False),
                name="calendar_feed_of_one",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in FeedLevel]), name="calendar_feed_level_known"
            ),
            models.CheckConstraint(
                condition=Q(rotated_at=None) | Q(rotated_at__gte=F("created_at")), name="calendar_feed_rotated_later"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Calendar of {self.owner_name}"

    @property
    def kind(self) -> FeedKind:
        if self.staff_member_id is not None:
            return FeedKind.STAFF
        return FeedKind.ROOM if self.room_id is not None else FeedKind.CLIENT

    @property
    def person(self) -> Person | None:
        """Whose bookings it shows; None for a room."""
        owner = self.staff_member or self.client
        return owner.person if owner else None

    @property
    def owner_id(self) -> UUID:
        """The person's id, or the room's: what the API calls them."""
        return self.person.pk if self.person else cast("UUID", self.room_id)

    @property
    def owner_name(self) -> str:
        return self.person.name if self.person else str(self.room)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are written: of the person, or of the room."""
        if self.person is not None:
            return ZoneInfo(self.person.timezone)
        return ZoneInfo(self.room.resource.timezone if self.room else "UTC")

    @property
    def resource_id(self) -> int | None:
        """Whose taken time it shows; None for a client, who takes none."""
        owner = self.staff_member or self.room
        return owner.resource_id if owner else None
