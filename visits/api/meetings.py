"""The meeting link of a remote visit: who sees it when, and giving it another one."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import answered, sent
from api.fields import BodySerializer
from api.versions import IF_MATCH, expected_versions, versioned
from api.writes import shown_once
from visits import errors
from visits.api import parameters
from visits.models import Visit
from visits.rules.meetings import LONGEST_LINK, WHAT_IS_A_LINK, Window, is_link
from visits.selectors.meetings import meeting_of, window_of
from visits.services.set_meeting_link import set_meeting_link

REFUSALS: Final = [
    errors.VisitNotRemoteError,
    errors.MeetingOverError,
    errors.MeetingNotOpenError,
    errors.NoMeetingLinkError,
]
REFUSALS_OF_SETTING: Final = [errors.PatientCanNotSayError, errors.VisitNotRemoteError, errors.MeetingOverError]
_LINK: Final = "https://meet.example.com/ravi-menon"
_SHOWN: Final = {"url": _LINK, "opens_at": "{day}T12:00:00Z", "closes_at": "{day}T13:00:00Z"}
EXAMPLES: Final = [answered("A link", _SHOWN)]
EXAMPLES_OF_SETTING: Final = [sent("Of this visit alone", {"url": _LINK}), answered("Set", _SHOWN)]


class MeetingLink(BodySerializer):
    """Where a remote visit takes place."""

    url = serializers.CharField(
        allow_null=True,
        max_length=LONGEST_LINK,
        trim_whitespace=False,
        help_text="https. null: the provider's standing link counts again.",
    )

    def validate_url(self, url: str | None) -> str | None:
        if url is not None and not is_link(url):
            raise serializers.ValidationError(WHAT_IS_A_LINK)
        return url


class MeetingOutput(serializers.Serializer[Any]):
    url = serializers.CharField(allow_null=True, help_text="Shown once after a change: null in its repetition.")
    opens_at = serializers.DateTimeField(help_text="From when on the patient sees it.")
    closes_at = serializers.DateTimeField(help_text="Until when the patient sees it.")


class HasMeeting:
    """The part of the visits' viewset that knows of meetings."""

    now: Any
    _found: Any
    parsed: Any

    @extend_schema(
        operation_id="getVisitMeeting",
        tags=["visits"],
        summary="Where a remote visit takes place",
        description=(
            "Until the visit is over, the provider and a service with manage:visits see the link at any time, the "
            "patient from `opens_at` to `closes_at`: 409 `meeting_not_open` before, `meeting_over` afterwards. It is "
            "the visit's own link or else the provider's standing one."
        ),
        parameters=[parameters.READ_VISIT_ID, parameters.FOR_ANYBODY],
        responses=MeetingOutput,
        examples=EXAMPLES,
    )
    @action(detail=True, methods=["get"])
    def meeting(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002 - the contract's name
        visit, as_staff = self._found(id)
        found = meeting_of(visit, as_staff=as_staff, now=self.now)
        return Response(_json(found.url, found.window))

    @extend_schema(
        operation_id="setVisitMeeting",
        tags=["visits"],
        summary="Give a remote visit a meeting link of its own",
        description="By its provider, or by a service with manage:visits. A visit that gets another provider loses it.",
        parameters=[parameters.READ_VISIT_ID, parameters.FOR_PROVIDER, IF_MATCH],
        request=MeetingLink,
        responses=MeetingOutput,
        examples=EXAMPLES_OF_SETTING,
    )
    @meeting.mapping.put
    def set_meeting(self, request: Request, id: str) -> Response:  # noqa: A002
        url = self.parsed(MeetingLink)["url"]
        visit, as_staff = self._found(id)
        if not as_staff:
            raise errors.PatientCanNotSayError
        changed: Visit = set_meeting_link(visit=visit, url=url or "", now=self.now, expected=expected_versions(request))
        return versioned(shown_once(Response(_json(url, window_of(changed))), "url"), changed.version)


def _json(url: str | None, when: Window) -> dict[str, Any]:
    return {"url": url, "opens_at": when.opens_at, "closes_at": when.closes_at}
