"""Calendar feeds in the platform's own format: who acts for a person has that person's own, a service its brand's."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import EdgeError, InvalidInputError, NotFoundError, PreconditionRequiredError
from api.paging import OpaqueCursor, PageQuery
from api.request import principal_of
from api.versions import IF_MATCH, IF_MATCH_NEEDED, expected_versions, versioned
from api.writes import shown_once
from notifications.api import feed_examples as examples
from notifications.api import feed_shapes as shapes
from notifications.api.calendar_file import address_of
from notifications.models import CalendarFeed
from notifications.rules.feeds import FeedKind, FeedLevel
from notifications.services.create_calendar_feed import (
    FeedOwnerNotFoundError,
    IssuedFeed,
    TooManyFeedsError,
    create_calendar_feed,
)
from notifications.services.revoke_calendar_feed import revoke_calendar_feed
from notifications.services.rotate_calendar_feed import FeedRevokedError, rotate_calendar_feed
from scheduling.api.acting import ActingForAnotherError, ActsForPerson
from tenants.errors import GoneError, StaleVersionError

_READ, _WRITE = {"read:calendar-feeds"}, {"write:calendar-feeds"}


class ForeignCalendarError(EdgeError):
    code = "foreign_calendar"
    status = 403
    message = "People make feeds of their own bookings alone. A service that acts for nobody makes them of all."


class CalendarFeedViewSet(ActsForPerson):
    """Only feeds of the current brand that nobody has revoked are seen."""

    queryset = CalendarFeed.objects.all()
    pagination_class = OpaqueCursor
    lookup_value_converter = "uuid"
    queries: ClassVar = {"list": PageQuery}
    versioned: ClassVar = {"retrieve", "create", "rotate"}
    scopes: ClassVar = {"list": _READ, "retrieve": _READ, "create": _WRITE, "rotate": _WRITE, "destroy": _WRITE}
    refusals: ClassVar = {
        "list": [InvalidInputError, ActingForAnotherError],
        "retrieve": [NotFoundError, ActingForAnotherError],
        "create": [FeedOwnerNotFoundError, TooManyFeedsError, ForeignCalendarError, ActingForAnotherError],
        "rotate": [NotFoundError, FeedRevokedError, GoneError, StaleVersionError, ActingForAnotherError],
        "destroy": [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError, ActingForAnotherError],
    }

    @property
    def speaks_for_the_brand(self) -> bool:
        """Whether the caller is a service that acts for no person."""
        return self.person_id is None and principal_of(self.request).user_id is None

    def feeds(self) -> Any:
        live = CalendarFeed.objects.live().with_owner().filter(brand=current_brand_id(self.request))
        return live if self.speaks_for_the_brand else live.of_person(self.person_id)

    def found(self, feed_id: str) -> CalendarFeed:
        feed: CalendarFeed | None = self.feeds().filter(pk=feed_id).first()
        if feed is None:
            raise NotFoundError
        return feed

    def issued(self, made: IssuedFeed, *, status: int = 200) -> Response:
        """The answer that shows the address: the only one, also where the request is repeated."""
        url = address_of(made.feed, made.secret, request=self.request._request)  # noqa: SLF001 - Django's own
        answer = Response({**shapes.feed_json(made.feed), "url": url}, status=status)
        return versioned(shown_once(answer, "url"), made.feed.version)

    @extend_schema(
        operation_id="listCalendarFeeds",
        tags=["calendar-feeds"],
        summary="List the calendar feeds",
        parameters=[PageQuery],
        responses=shapes.CalendarFeedOutput(many=True),
        examples=examples.FEEDS,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        self.query()
        page = self.paginate_queryset(self.feeds())
        return self.get_paginated_response([shapes.feed_json(feed) for feed in page or []])

    @extend_schema(
        operation_id="getCalendarFeed",
        tags=["calendar-feeds"],
        summary="Read a calendar feed",
        parameters=[examples.FEED_ID],
        responses=shapes.CalendarFeedOutput,
        examples=examples.FEED,
    )
    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        feed = self.found(pk)
        return versioned(Response(shapes.feed_json(feed)), feed.version)

    @extend_schema(
        operation_id="createCalendarFeed",
        tags=["calendar-feeds"],
        summary="Make a secret address at which calendar programs read bookings",
        description="The address is in this answer and nowhere else. A repetition by `Idempotency-Key` answers the "
        "feed without it: rotate the feed if the answer was lost.",
        request=shapes.NewCalendarFeed,
        responses={201: shapes.IssuedCalendarFeedOutput},
        examples=examples.NEW_FEED,
        extensions=examples.FEED_LEADS_TO,
    )
    def create(self, request: Request) -> Response:
        wanted = self.parsed(shapes.NewCalendarFeed)
        kind = FeedKind(wanted["kind"])
        made = create_calendar_feed(
            kind=kind,
            owner_id=self._owner_id(kind, wanted.get("owner_id")),
            brand_id=current_brand_id(request),
            level=FeedLevel(wanted.get("level", FeedLevel.BUSY)),
            name=wanted.get("name", ""),
            created_by_id=principal_of(request).user_id,
            now=self.now,
        )
        return self.issued(made, status=201)

    @extend_schema(
        operation_id="rotateCalendarFeed",
        tags=["calendar-feeds"],
        summary="Give a calendar feed another address",
        description="The old address ends at once. The new one is in this answer and nowhere else.",
        parameters=[examples.FEED_ID, IF_MATCH],
        request=None,
        responses=shapes.IssuedCalendarFeedOutput,
        examples=examples.ROTATED,
    )
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        feed = self.found(pk)
        return self.issued(rotate_calendar_feed(feed=feed, now=self.now, expected=expected_versions(request)))

    @extend_schema(
        operation_id="revokeCalendarFeed",
        tags=["calendar-feeds"],
        summary="End a calendar feed",
        parameters=[examples.FEED_ID, IF_MATCH_NEEDED],
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        feed = self.found(pk)
        revoke_calendar_feed(feed=feed, now=self.now, expected=expected_versions(request, required=True))
        return Response(status=204)

    def _owner_id(self, kind: FeedKind, named: UUID | None) -> UUID:
        """Of whom the caller makes a feed. Raises ForeignCalendarError, FeedOwnerNotFoundError, InvalidInputError."""
        if self.speaks_for_the_brand:
            if named is None:
                raise InvalidInputError({"owner_id": ["Say whose: a person's id, or a room's."]})
            return named
        if kind is FeedKind.ROOM or named not in {None, self.person_id}:
            raise ForeignCalendarError
        if self.person_id is None:
            raise FeedOwnerNotFoundError(kind=kind.value)
        return self.person_id
