from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import BusyError
from api.viewsets import PlatformViewSet
from notifications.tasks import BrokerGoneError, wake


class NotifyViewSet(PlatformViewSet):
    """leko.yaml, POST /bookings/notify."""

    scopes: ClassVar = {"notify": {"run:notifications"}}

    @extend_schema(
        operation_id="notifyBookings",
        tags=["bookings"],
        summary="Wake the workers that send due notifications",
        description="Answers at once and does not wait for the mails. They go out without this call too.",
        request=None,
        responses={204: None},
    )
    @action(detail=False, methods=["post"])
    def notify(self, request: Request) -> Response:  # noqa: ARG002
        try:
            wake()
        except BrokerGoneError as error:
            raise BusyError from error
        return Response(status=204)
