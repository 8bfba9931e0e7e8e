"""All that is held about somebody: read and erased (leko.yaml). Every app's part, not only that of bookings."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import examples
from api.errors import InvalidInputError
from notifications.public import CALENDAR_TYPE, calendar_of_person
from scheduling.api.acting import ActingForAnotherError
from scheduling.api.own_data import OTHERS, OWN, OverOwnData, WhoseQuery
from scheduling.public import ERASING_REFUSALS, PersonNotFoundError, PersonOfAnotherBrandError, personal_data
from tenants.personal import MOST_EXPORTED

_WHO = [InvalidInputError, ActingForAnotherError, PersonNotFoundError, PersonOfAnotherBrandError]


def _who_asks(name: str, person_id: str) -> OpenApiParameter:
    return OpenApiParameter(
        "X-Current-User-Id",
        OpenApiTypes.UUID,
        OpenApiParameter.HEADER,
        required=True,
        description="Who asks: a user's token names its own user, a service with act-as whoever it acts for.",
        examples=[OpenApiExample(f"{name} of the demo", value=person_id)],
    )


class ExportQuery(WhoseQuery):
    format = serializers.ChoiceField(
        ["json", "ics"], required=False, help_text="ics: their bookings as a calendar file. Default: json, everything."
    )


class UserDataOutput(serializers.Serializer[Any]):
    """Everything that is held about a person, by table and column."""

    userId = serializers.UUIDField()  # noqa: N815 - as the family writes names
    exportedAt = serializers.DateTimeField()  # noqa: N815
    tables = serializers.DictField(child=serializers.ListField(child=serializers.DictField()))
    cutOff = serializers.ListField(  # noqa: N815
        child=serializers.CharField(),
        help_text=f"The tables of which only the first {MOST_EXPORTED:,} rows are given: ask staff for the rest.",
    )


class UserDataViewSet(OverOwnData):
    scopes: ClassVar = {"retrieve": {OWN, OTHERS}, "destroy": {OWN, OTHERS}}
    queries: ClassVar = {"retrieve": ExportQuery, "destroy": WhoseQuery}
    refusals: ClassVar = {"retrieve": _WHO, "destroy": [*_WHO, *ERASING_REFUSALS]}

    @extend_schema(
        operation_id="exportUserData",
        tags=["user-data"],
        summary="Read everything that is held about a user",
        description="Over all apps, with the same fields that DELETE erases or makes anonymous.",
        parameters=[ExportQuery, _who_asks("Maya Lindqvist", examples.PATIENT)],
        responses={(200, "application/json"): UserDataOutput, (200, "text/calendar"): OpenApiTypes.STR},
        examples=[
            OpenApiExample(
                "What is known",
                value={
                    "userId": examples.PATIENT,
                    "exportedAt": "2026-11-20T09:00:00Z",
                    "tables": {"scheduling_person": [{"given_name": "Maya", "family_name": "Lindqvist"}]},
                    "cutOff": [],
                },
                response_only=True,
                status_codes=["200"],
                media_type="application/json",
            ),
            OpenApiExample(
                "A calendar",
                value="BEGIN:VCALENDAR",
                response_only=True,
                status_codes=["200"],
                media_type="text/calendar",
            ),
        ],
    )
    def retrieve(self, request: Request) -> Any:  # noqa: ARG002
        asked = self.query()
        person = self.subject()
        tables = personal_data(person, for_brand=self._brand_id(self.request))
        if asked.get("format") == "ics":
            file = HttpResponse(calendar_of_person(person, now=self.now), content_type=CALENDAR_TYPE)
            file["Content-Disposition"] = 'attachment; filename="bookings.ics"'
            return file
        cut_off = [name for name, rows in tables.items() if len(rows) >= MOST_EXPORTED]
        return Response({"userId": person.pk, "exportedAt": self.now, "tables": tables, "cutOff": cut_off})

    @extend_schema(
        operation_id="deleteUserBookingData",
        tags=["user-data"],
        summary="Erase everything that is held about a user",
        description=(
            "Of a client and of a coach, in every app. Who they are is gone with the answer, and what they have booked "
            "or offer is cancelled; free text follows within minutes. Amounts and dates of orders stay, without a "
            "name. It can't be undone. Again it answers 204 too."
        ),
        parameters=[WhoseQuery, _who_asks("Edda Holm", examples.LEAVER)],
        request=None,
        responses={204: None},
    )
    def destroy(self, request: Request) -> Response:  # noqa: ARG002
        self.erase(self.subject())
        return Response(status=204)
