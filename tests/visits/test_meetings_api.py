"""Meeting links over REST: who sees one when, who sets one, and where it never appears."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from api.models import IdempotencyRecord
from scheduling.models import Client, Service, StaffMember
from tenants.audit.models import AuditEntry
from tests.support import cast, visiting
from tests.support.http import Rest
from visits import errors
from visits.models import Provider, Visit
from visits.rules.statuses import Step
from visits.selectors.meetings import meeting_of
from visits.services.cancel_visit import cancel_visit
from visits.services.reschedule_visit import reschedule_visit
from visits.services.set_meeting_link import set_meeting_link, set_standing_link
from visits.services.step_visit import step_visit

LINK = "https://meet.example.com/room-4711"
OWN = "https://meet.example.com/this-one"


@pytest.fixture
def by_video(north: Any) -> Service:
    return visiting.make_visit_type("by-video", is_remote=True)


def _visit(provider: StaffMember, patient: Client, service: Service, *, minutes: int = 60) -> Visit:
    """Begins so many minutes from now, and lasts half an hour; its provider has a standing link."""
    start = datetime.now(tz=UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    set_standing_link(provider=Provider.objects.get(staff_member=provider), url=LINK, now=start)
    return visiting.make_visit(visiting.make_slot(provider, start), patient, service)


def _said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def _path(visit: Visit) -> str:
    return f"/v1/visits/{visit.pk}/meeting"


def test_the_staffs_side_sees_it_long_before_and_the_patient_is_told_from_when(  # noqa: PLR0917 - the fixtures
    as_patient: Rest, as_provider: Rest, as_service: Rest, provider: StaffMember, patient: Client, by_video: Service
) -> None:
    visit = _visit(provider, patient, by_video, minutes=600)
    opens = (visit.starts_at - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")

    for rest in (as_provider, as_service):
        answer = rest.get(_path(visit))
        assert answer.status_code == 200
        assert answer.json()["url"] == LINK
        assert answer.json()["opens_at"] == opens
        assert answer["Cache-Control"] == "no-store"
    refused = as_patient.get(_path(visit))
    assert _said(refused) == (409, "meeting_not_open")
    assert opens in refused.json()["message"]
    assert LINK not in refused.content.decode()


@pytest.mark.parametrize(("minutes", "status"), [(20, 200), (-20, 200), (-40, 409), (45, 409)])
def test_the_patient_sees_it_from_half_an_hour_before_to_the_end(  # noqa: PLR0917 - a table and the fixtures
    as_patient: Rest, provider: StaffMember, patient: Client, by_video: Service, minutes: int, status: int
) -> None:
    assert as_patient.get(_path(_visit(provider, patient, by_video, minutes=minutes))).status_code == status


def test_each_visit_type_has_a_time_of_its_own(
    as_patient: Rest, provider: StaffMember, patient: Client, by_video: Service
) -> None:
    Service.objects.filter(pk=by_video.pk).update(meeting_opens_minutes=120)
    assert as_patient.get(_path(_visit(provider, patient, by_video, minutes=90))).status_code == 200


def test_of_what_is_over_or_called_off_nobody_sees_it(  # noqa: PLR0917 - the fixtures
    as_patient: Rest, as_provider: Rest, as_service: Rest, provider: StaffMember, patient: Client, by_video: Service
) -> None:
    off, over = (_visit(provider, patient, by_video, minutes=minutes) for minutes in (20, -20))
    cancel_visit(visit=off, reason=None, as_staff=True, now=datetime.now(tz=UTC))
    step_visit(visit=over, step=Step.NO_SHOW, now=datetime.now(tz=UTC))

    for visit in (off, over):
        for rest in (as_patient, as_provider, as_service):
            assert _said(rest.get(_path(visit))) == (409, "meeting_over")
        assert _said(as_service.put(_path(visit), {"url": OWN})) == (409, "meeting_over")


def test_without_a_meeting_or_a_link_there_is_none(
    as_service: Rest, provider: StaffMember, patient: Client, by_video: Service, first_talk: Service
) -> None:
    here, there = _visit(provider, patient, first_talk, minutes=10), _visit(provider, patient, by_video, minutes=60)
    Provider.objects.update(meeting_url="")

    assert _said(as_service.get(_path(here))) == (404, "visit_not_remote")
    assert _said(as_service.put(_path(here), {"url": OWN})) == (404, "visit_not_remote")
    assert _said(as_service.get(_path(there))) == (404, "no_meeting_link")


def test_the_standing_link_is_that_of_the_visits_brand(
    provider: StaffMember, patient: Client, by_video: Service
) -> None:
    visit = _visit(provider, patient, by_video)
    kids = cast.make_brand()
    Provider.objects.all().delete()
    provider.brands.add(kids)
    visiting.register(provider, brand=kids)
    Provider.objects.filter(brand=kids).update(meeting_url=LINK)

    with pytest.raises(errors.NoMeetingLinkError):
        meeting_of(visit, as_staff=True, now=visit.starts_at)


def test_a_visit_gets_a_link_of_its_own_and_loses_it_again(
    as_provider: Rest, as_patient: Rest, provider: StaffMember, patient: Client, by_video: Service
) -> None:
    visit = _visit(provider, patient, by_video, minutes=10)

    answer = as_provider.put(_path(visit), {"url": OWN})

    assert (answer.status_code, answer["ETag"], answer.json()["url"]) == (200, '"2"', OWN)
    assert as_patient.get(_path(visit)).json()["url"] == OWN
    assert as_provider.put(_path(visit), {"url": None}, headers={"If-Match": '"2"'}).json()["url"] is None
    assert as_patient.get(_path(visit)).json()["url"] == LINK


def test_a_stale_version_changes_nothing(
    as_service: Rest, provider: StaffMember, patient: Client, by_video: Service
) -> None:
    visit = _visit(provider, patient, by_video)
    refused = as_service.put(_path(visit), {"url": OWN}, headers={"If-Match": '"7"'})
    assert _said(refused) == (412, "version_mismatch")
    visit.refresh_from_db()
    assert (visit.meeting_url, visit.version) == ("", 1)


@pytest.mark.parametrize(
    "body", [{}, {"url": ""}, {"url": "http://a.b/"}, {"url": "https://a.b/" + 500 * "a"}, {"url": 5}]
)
def test_a_wrong_link_is_named(
    as_service: Rest, provider: StaffMember, patient: Client, by_video: Service, body: Any
) -> None:
    answer = as_service.put(_path(_visit(provider, patient, by_video)), body)
    assert _said(answer) == (400, "validation_error")
    assert answer.json()["message"].startswith("url: ")


def test_patients_set_none_and_other_brands_find_none(
    as_patient: Rest, north: Any, provider: StaffMember, patient: Client, by_video: Service
) -> None:
    visit = _visit(provider, patient, by_video)
    other = Rest(north, cast.make_token(brand=cast.make_brand()))

    assert _said(as_patient.put(_path(visit), {"url": OWN})) == (403, "not_the_provider")
    assert _said(other.get(_path(visit))) == _said(other.put(_path(visit), {"url": OWN})) == (404, "visit_not_found")


def test_it_appears_nowhere_else(
    as_service: Rest,
    provider: StaffMember,
    patient: Client,
    by_video: Service,
    caplog: pytest.LogCaptureFixture,
) -> None:
    visit = _visit(provider, patient, by_video)
    key = {"Idempotency-Key": "k"}
    with caplog.at_level(logging.DEBUG, logger="slotkeeper"):
        first = as_service.put(_path(visit), {"url": OWN}, headers=key)
    again = as_service.put(_path(visit), {"url": OWN}, headers=key)

    assert (first.json()["url"], again.json()["url"], again["Idempotent-Replayed"]) == (OWN, None, "true")
    stored = b"".join(bytes(record.body) for record in IdempotencyRecord.objects.all())
    assert stored
    lists = as_service.get(f"/v1/visits?brand_id={visit.brand_id}").content
    read = as_service.get(f"/v1/visits/{visit.pk}").content
    audit = repr(list(AuditEntry.objects.values()))
    assert str(visit.pk) in audit
    for text in (stored.decode(), lists.decode(), read.decode(), audit, caplog.text):
        assert OWN not in text
        assert LINK not in text


def test_another_providers_room_is_not_entered(provider: StaffMember, patient: Client, by_video: Service) -> None:
    visit = _visit(provider, patient, by_video)
    now = visit.starts_at - timedelta(minutes=50)
    set_meeting_link(visit=visit, url=OWN, now=now)
    later = visiting.make_slot(provider, visit.starts_at + timedelta(hours=1))
    assert reschedule_visit(visit=visit, slot_id=later.pk, now=now).meeting_url == OWN
    theirs = visiting.make_slot(visiting.make_provider("Eve Other"), visit.starts_at)

    assert reschedule_visit(visit=visit, slot_id=theirs.pk, now=now).meeting_url == ""


def test_the_services_take_no_other_link_either(provider: StaffMember) -> None:
    with pytest.raises(ValidationError):
        set_standing_link(
            provider=Provider.objects.get(staff_member=provider), url="http://a.b", now=datetime.now(tz=UTC)
        )
