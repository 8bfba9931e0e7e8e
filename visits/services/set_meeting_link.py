"""Saying where remote visits take place."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from tenants.errors import check_version
from tenants.locking import locked
from visits.errors import MeetingOverError
from visits.models import Provider, Visit
from visits.rules.meetings import WHAT_IS_A_LINK, Sight, is_link, sight
from visits.rules.statuses import Status
from visits.selectors.meetings import window_of


@transaction.atomic
def set_meeting_link(*, visit: Visit, url: str, now: datetime, expected: frozenset[int] | None = None) -> Visit:
    """Gives a remote visit a link of its own; empty: the provider's standing link counts again. Nobody is told.

    `expected` are the versions of which the caller changes one, None for any. Raises GoneError,
    StaleVersionError, VisitNotRemoteError, MeetingOverError, ValidationError.
    """
    _check(url)
    visit = locked(Visit.objects.with_people(), visit.pk)
    check_version(visit.version, expected=expected)
    if sight(Status(visit.status), window_of(visit), now=now, as_staff=True) is Sight.OVER:
        raise MeetingOverError
    visit.meeting_url = url
    visit.version += 1
    visit.updated_at = now
    visit.save(update_fields=["meeting_url", "version", "updated_at"])
    return visit


@transaction.atomic
def set_standing_link(*, provider: Provider, url: str, now: datetime) -> Provider:
    """Gives a provider the link of all remote visits that have none of their own; empty: none.

    Raises GoneError, ValidationError.
    """
    _check(url)
    provider = locked(Provider.objects.all(), provider.pk)
    provider.meeting_url = url
    provider.updated_at = now
    provider.save(update_fields=["meeting_url", "updated_at"])
    return provider


def _check(url: str) -> None:
    if url and not is_link(url):
        raise ValidationError({"url": [WHAT_IS_A_LINK]})
