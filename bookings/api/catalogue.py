"""What events refer to: sports, addresses, reasons for disputes. In the form of the family of events."""

from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import BodySerializer
from api.viewsets import PlatformViewSet
from bookings import event_errors as errors
from bookings.api import event_examples as examples
from bookings.api.events import MANAGE
from bookings.models import DisputeReason, Sport
from scheduling.models.fields import validate_zone
from scheduling.public import Location

_SCOPES = {"list": {"read:events", "write:events", MANAGE, "read:bookings"}, "create": {MANAGE}}


class NewName(BodySerializer):
    """What it is called."""

    name = serializers.CharField(max_length=100)


class NamedOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class NewAddress(BodySerializer):
    """Where people meet."""

    name = serializers.CharField(max_length=200)
    address = serializers.CharField(max_length=500, required=False, allow_blank=True)
    timezone = serializers.CharField(max_length=64, validators=[validate_zone], help_text="IANA name.")


class AddressOutput(NamedOutput):
    address = serializers.CharField()
    timezone = serializers.CharField()


class SportViewSet(PlatformViewSet):
    scopes: ClassVar = _SCOPES
    refusals: ClassVar = {"create": [errors.SportExistsError]}

    @extend_schema(
        operation_id="listSports",
        tags=["events"],
        summary="List the sports of which events can be",
        responses=NamedOutput(many=True),
        examples=examples.SPORTS,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        return Response([_named(sport) for sport in Sport.objects.filter(is_active=True).order_by("name", "pk")])

    @extend_schema(
        operation_id="createSport",
        tags=["events"],
        summary="Add a sport",
        request=NewName,
        responses={201: NamedOutput},
        examples=examples.NEW_SPORT,
    )
    def create(self, request: Request) -> Response:  # noqa: ARG002
        fields = self.parsed(NewName)
        try:
            with transaction.atomic():
                sport = Sport.objects.create(name=fields["name"])
        except IntegrityError as error:
            raise errors.SportExistsError(name=fields["name"]) from error
        return Response(_named(sport), status=201)


class AddressViewSet(PlatformViewSet):
    scopes: ClassVar = _SCOPES

    @extend_schema(
        operation_id="listAddresses",
        tags=["events"],
        summary="List the addresses at which events can be",
        responses=AddressOutput(many=True),
        examples=examples.ADDRESSES,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        return Response([_address(location) for location in Location.objects.order_by("name", "pk")])

    @extend_schema(
        operation_id="createAddress",
        tags=["events"],
        summary="Add an address",
        request=NewAddress,
        responses={201: AddressOutput},
        examples=examples.NEW_ADDRESS,
    )
    def create(self, request: Request) -> Response:  # noqa: ARG002
        return Response(_address(Location.objects.create(**self.parsed(NewAddress))), status=201)


class DisputeReasonViewSet(PlatformViewSet):
    scopes: ClassVar = _SCOPES
    refusals: ClassVar = {"create": [errors.ReasonExistsError]}

    @extend_schema(
        operation_id="listDisputeReasons",
        tags=["event-bookings"],
        summary="List the reasons for which a booking can be disputed",
        responses=NamedOutput(many=True),
        examples=examples.REASONS,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        reasons = DisputeReason.objects.filter(is_active=True).order_by("name", "pk")
        return Response([_named(reason) for reason in reasons])

    @extend_schema(
        operation_id="createDisputeReason",
        tags=["event-bookings"],
        summary="Add a reason for disputes",
        request=NewName,
        responses={201: NamedOutput},
        examples=examples.NEW_REASON,
    )
    def create(self, request: Request) -> Response:  # noqa: ARG002
        fields = self.parsed(NewName)
        try:
            with transaction.atomic():
                reason = DisputeReason.objects.create(name=fields["name"])
        except IntegrityError as error:
            raise errors.ReasonExistsError(name=fields["name"]) from error
        return Response(_named(reason), status=201)


def _named(row: Sport | DisputeReason) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name}


def _address(location: Location) -> dict[str, Any]:
    return {
        "id": location.pk,
        "name": location.name,
        "address": location.address,
        "timezone": location.timezone,
    }
