"""What came of messages, told by those who carried them."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import confined_to
from api.viewsets import PlatformViewSet
from notifications.api import suppression_examples as examples
from notifications.api import suppression_shapes as shapes
from notifications.rules.reports import Report, ReportKind
from notifications.services.find_reported import MessageNotFoundError, find_reported
from notifications.services.record_delivery import NeverSentError, record_delivery
from tenants.errors import GoneError


class DeliveryReportViewSet(PlatformViewSet):
    scopes: ClassVar = {"create": {"write:delivery-reports"}}
    refusals: ClassVar = {"create": [MessageNotFoundError, GoneError, NeverSentError]}

    @extend_schema(
        operation_id="reportDelivery",
        tags=["suppressions"],
        summary="Report what became of a message",
        description="Each kind once for each message: again, it changes nothing. A bounce suppresses the address, a "
        "complaint all that is not essential. The first report of a message may come before it is known as sent.",
        request=shapes.DeliveryReportInput,
        responses={200: shapes.ReportedMessageOutput},
        examples=examples.REPORT,
    )
    def create(self, request: Request) -> Response:
        fields = self.parsed(shapes.DeliveryReportInput)
        message = find_reported(reference=fields["message_id"], brand_id=confined_to(request))
        report = Report(ReportKind(fields["kind"]), fields.get("at", self.now), fields.get("detail", ""))
        return Response(shapes.reported_json(record_delivery(message=message, report=report, now=self.now)))
