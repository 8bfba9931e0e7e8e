"""Visits, and what messages and calendars say of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from notifications.public import Occasion, Stage, SubjectFacts
from scheduling.public import Service
from visits.models import Visit
from visits.rules.slots import LONGEST
from visits.rules.statuses import Status

_STAGES = {
    Status.SCHEDULED: Stage.STANDS,
    Status.CHECKED_IN: Stage.STANDS,
    Status.IN_PROGRESS: Stage.STANDS,
    Status.COMPLETED: Stage.OVER,
}


def occasion(visit: Visit) -> Occasion:
    """What planning messages needs of a visit with its client and provider."""
    return Occasion(
        kind=Visit.SUBJECT_KIND,
        id=visit.pk,
        schedule_version=visit.schedule_version,
        stage=_STAGES.get(Status(visit.status), Stage.OFF),
        brand_id=visit.brand_id,
        service_id=visit.service_id,
        client_id=visit.client.person_id,
        staff_ids=(visit.provider.person_id,),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
    )


def visit_facts(ids: Sequence[UUID]) -> dict[UUID, SubjectFacts]:
    """What messages and calendars say of visits."""
    return {visit.pk: _facts(visit) for visit in Visit.objects.with_people().filter(pk__in=ids)}


def _facts(visit: Visit) -> SubjectFacts:
    return SubjectFacts(
        occasion=occasion(visit),
        status=visit.status,
        is_cancelled=visit.status == Status.CANCELLED,
        title=f"{visit.service.name}: {visit.provider.person.name} ({visit.brand.name})",
        staff_name=visit.provider.person.name,
        client_name=visit.client.person.name,
        notes=visit.notes or "",
        cancel_reason=visit.cancel_reason or "",
        service=visit.service.name,
        changed_at=visit.updated_at,
    )


def lock_upcoming(after: UUID | None, limit: int, since: datetime) -> list[Occasion]:
    """Visits to plan messages for: those that end after `since` and stand or took place, by id; locked."""
    visits = Visit.objects.filter(starts_at__gt=since - LONGEST, status__in=_STAGES)
    if after is not None:
        visits = visits.filter(pk__gt=after)
    return [occasion(visit) for visit in _locked(visits.order_by("pk")[:limit])]


def lock_occasion(visit_id: UUID) -> Occasion | None:
    """One visit, locked; None when it is gone."""
    return next((occasion(visit) for visit in _locked(Visit.objects.filter(pk=visit_id))), None)


def _locked(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    return visits.select_for_update(of=("self",)).select_related("client", "provider")


def visit_types(brand_ids: set[UUID] | None) -> list[tuple[UUID, str]]:
    """The visit types of some brands, None for all, by name."""
    offered = Service.objects.active().filter(offered_in=Service.OfferedIn.SLOTS).order_by("name", "pk")
    if brand_ids is not None:
        offered = offered.filter(brand__in=brand_ids)
    return [(service.pk, service.name) for service in offered]


def visits_of_person(person_id: UUID, since: datetime, until: datetime) -> list[UUID]:
    """The visits of a client that overlap a period, called off or not."""
    visits = Visit.objects.filter(client__person=person_id, starts_at__gt=since - LONGEST, starts_at__lt=until)
    return [visit.pk for visit in visits.order_by("starts_at") if visit.ends_at > since]
