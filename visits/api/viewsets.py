from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, check_brand, speaks_for_all_brands
from api.request import tenant_of
from api.viewsets import PlatformViewSet
from scheduling.public import EmailTakenError, PersonOfAnotherBrandError
from visits.api import serializers as shapes
from visits.api.examples import NEW_PROVIDER
from visits.services.register_provider import ProviderExistsError, register_provider


class ProviderViewSet(PlatformViewSet):
    """loop.yaml, POST /v1/providers."""

    scopes: ClassVar = {"create": {"write:providers"}}
    refusals: ClassVar = {
        "create": [ForeignBrandError, ProviderExistsError, EmailTakenError, PersonOfAnotherBrandError]
    }

    @extend_schema(
        operation_id="createProvider",
        tags=["providers"],
        summary="Register a provider",
        request=shapes.NewProvider,
        responses={201: shapes.ProviderOutput},
        examples=NEW_PROVIDER,
    )
    def create(self, request: Request) -> Response:
        fields = self.parsed(shapes.NewProvider)
        check_brand(request, fields["brand_id"])
        provider = register_provider(
            person=shapes.person_data(fields, timezone=tenant_of(request).timezone),
            brand_id=fields["brand_id"],
            for_all_brands=speaks_for_all_brands(request),
            specialty=fields.get("specialty"),
            npi=fields.get("npi"),
            metadata=fields.get("metadata", {}),
            now=self.now,
        )
        return Response(shapes.provider_json(provider), status=201)
