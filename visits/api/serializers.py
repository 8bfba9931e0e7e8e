from typing import Any

from rest_framework import serializers

from scheduling.public import PersonData
from visits.models import Provider

_GIVEN_NAME = 100


class NewProvider(serializers.Serializer[Any]):
    brand_id = serializers.UUIDField()
    name = serializers.CharField(max_length=200)
    specialty = serializers.CharField(max_length=200, required=False, allow_null=True, allow_blank=True)
    npi = serializers.CharField(max_length=20, required=False, allow_null=True, allow_blank=True)
    email = serializers.EmailField(required=False, allow_null=True, allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, allow_null=True, allow_blank=True)
    metadata = serializers.DictField(required=False, child=serializers.JSONField(allow_null=True))


class ProviderOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    brand_id = serializers.UUIDField()
    name = serializers.CharField()
    specialty = serializers.CharField(allow_null=True)
    npi = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def person_data(fields: dict[str, Any], *, timezone: str) -> PersonData:
    """The contract knows one name: its last word becomes the family name."""
    given, _, family = fields["name"].rpartition(" ") if " " in fields["name"] else (fields["name"], "", "")
    return PersonData(
        given_name=given[:_GIVEN_NAME],
        family_name=family[:_GIVEN_NAME],
        email=fields.get("email") or "",
        phone=fields.get("phone") or "",
        timezone=timezone,
    )


def provider_json(provider: Provider) -> dict[str, Any]:
    """loop.yaml, Provider."""
    person = provider.staff_member.person
    return {
        "id": person.pk,
        "brand_id": provider.brand_id,
        "name": person.name,
        "specialty": provider.specialty,
        "npi": provider.npi,
        "email": person.email or None,
        "phone": person.phone or None,
        "metadata": provider.metadata,
        "created_at": provider.created_at,
        "updated_at": provider.updated_at,
    }
