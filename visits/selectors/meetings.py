"""The link under which a remote visit takes place, for who may see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.rules.wall_time import rfc3339
from visits.errors import MeetingNotOpenError, MeetingOverError, NoMeetingLinkError, VisitNotRemoteError
from visits.models import Provider, Visit
from visits.rules.meetings import Sight, Window, sight, window
from visits.rules.statuses import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A link, and when the patient sees it."""

    url: str
    window: Window


def meeting_of(visit: Visit, *, as_staff: bool, now: datetime) -> Meeting:
    """The visit's own link or, without one, the provider's standing one. Needs the service to be loaded.

    Raises VisitNotRemoteError, MeetingOverError, MeetingNotOpenError, NoMeetingLinkError.
    """
    when = window_of(visit)
    seen = sight(Status(visit.status), when, now=now, as_staff=as_staff)
    if seen is Sight.OVER:
        raise MeetingOverError
    if seen is Sight.NOT_YET:
        raise MeetingNotOpenError(opens_at=rfc3339(when.opens_at))
    url = visit.meeting_url or _standing_link(visit)
    if not url:
        raise NoMeetingLinkError
    return Meeting(url=url, window=when)


def window_of(visit: Visit) -> Window:
    """When the patient sees the link. Raises VisitNotRemoteError."""
    if not visit.service.is_remote:
        raise VisitNotRemoteError
    before = timedelta(minutes=visit.service.meeting_opens_minutes)
    return window(starts_at=visit.starts_at, ends_at=visit.ends_at, opens_before=before)


def _standing_link(visit: Visit) -> str:
    links = Provider.objects.filter(staff_member=visit.provider_id, brand=visit.brand_id).order_by()
    return links.values_list("meeting_url", flat=True).first() or ""
