"""The lines of those who wait for a place in an event."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce

from bookings.event_errors import WaitingNotFoundError
from bookings.models import Event, WaitingPlace
from bookings.rules.waiting import IN_LINE, WaitingState
from bookings.selectors.event_bookings import event_title
from notifications.public import Occasion, Stage, SubjectFacts


def line_of(event: Event) -> "QuerySet[WaitingPlace]":
    """Who is offered a place in the event or waits for one, in order, each with their `position`: 1 is next."""
    waiting = Count("pk", filter=Q(state=WaitingState.WAITING))
    return _in_line().filter(event=event).annotate(position=Window(waiting, order_by="number")).order_by("number")


def waiting_of_user(user_id: UUID, *, brand_id: UUID, event: Event | None = None) -> "QuerySet[WaitingPlace]":
    """For what somebody waits in a brand, or in the line of one event alone, by the start of the events."""
    places = with_position(_in_line()).filter(client__person=user_id, brand=brand_id)
    if event is not None:
        places = places.filter(event=event)
    return places.order_by("event__starts_at", "pk")


def place_in_line(*, waiting_id: UUID, event: Event) -> WaitingPlace:
    """Also one that is over. Raises WaitingNotFoundError."""
    place = WaitingPlace.objects.with_event().filter(pk=waiting_id, event=event).first()
    if place is None or place.client.person.erased_at is not None:
        raise WaitingNotFoundError
    return place


def with_position(places: "QuerySet[WaitingPlace]") -> "QuerySet[WaitingPlace]":
    """Each with its `position` in its line."""
    before = WaitingPlace.objects.filter(
        event=OuterRef("event"), state=WaitingState.WAITING, number__lte=OuterRef("number")
    )
    counted = before.order_by().values("event").annotate(found=Count("pk")).values("found")
    return places.annotate(position=Coalesce(Subquery(counted), 0))


def _in_line() -> "QuerySet[WaitingPlace]":
    return WaitingPlace.objects.with_event().in_line().filter(client__person__erased_at=None)


def waiting_occasion(place: WaitingPlace) -> Occasion:
    """What planning messages needs of somebody's place in a line, with its client, event and coach."""
    event = place.event
    return Occasion(
        kind=WaitingPlace.SUBJECT_KIND,
        id=place.pk,
        schedule_version=place.schedule_version,
        stage=Stage.WAITING if place.state in IN_LINE else Stage.OFF,
        brand_id=place.brand_id,
        service_id=event.time_slot_id,
        client_id=place.client.person_id,
        staff_ids=(event.coach.person_id,),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
    )


def waiting_facts(ids: Sequence[UUID]) -> dict[UUID, SubjectFacts]:
    """What messages say of places in lines."""
    return {place.pk: _facts(place) for place in WaitingPlace.objects.with_event().filter(pk__in=ids)}


def _facts(place: WaitingPlace) -> SubjectFacts:
    slot = place.event.time_slot
    return SubjectFacts(
        occasion=waiting_occasion(place),
        status=place.state,
        is_cancelled=False,
        title=event_title(place.event, place.brand),
        staff_name=place.event.coach.person.name,
        client_name=place.client.person.name,
        location=slot.place,
        service=slot.sport.name if slot.sport else "",
        is_place=True,
        offered_until=place.offered_until,
        changed_at=place.updated_at,
    )


def lock_waiting(waiting_id: UUID) -> Occasion | None:
    """One place in a line, locked; None when it is gone."""
    places = WaitingPlace.objects.select_for_update(of=("self",)).select_related("client", "event__coach")
    place = places.filter(pk=waiting_id).first()
    return None if place is None else waiting_occasion(place)


def none_upcoming(_after: UUID | None, _limit: int, _since: datetime) -> list[Occasion]:
    """Who waits has no time of which they could be reminded."""
    return []


def none_of_person(_person_id: UUID, _since: datetime, _until: datetime) -> list[UUID]:
    """Nobody's calendar shows what they have not got."""
    return []


def none_offered(_brand_ids: set[UUID] | None) -> list[tuple[UUID, str]]:
    """The time slots are named once, with the bookings of events."""
    return []
