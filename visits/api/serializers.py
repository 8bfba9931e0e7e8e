from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer, JSONObjectField
from scheduling.public import PersonData
from visits.models import Provider

_PART_OF_NAME = 100


class NewProvider(BodySerializer):
    """A provider of the brand, and the person behind them."""

    brand_id = serializers.UUIDField()
    name = serializers.CharField(max_length=200)
    specialty = serializers.CharField(max_length=200, required=False, allow_null=True, allow_blank=True)
    npi = serializers.CharField(max_length=20, required=False, allow_null=True, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_null=True, allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, allow_null=True, allow_blank=True)
    metadata = JSONObjectField(required=False, help_text="What you like; it is kept as it is.")

    def validate_name(self, name: str) -> str:
        if _parts(name) is None:
            raise serializers.ValidationError(f"Given and family name: at most {_PART_OF_NAME} characters each.")
        return name


class ProviderOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    brand_id = serializers.UUIDField()
    name = serializers.CharField()
    specialty = serializers.CharField(allow_null=True)
    npi = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    metadata = JSONObjectField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def person_data(fields: dict[str, Any], *, timezone: str) -> PersonData:
    """The contract knows one name: its last word becomes the family name."""
    given, family = _parts(fields["name"]) or ("", "")
    return PersonData(
        given_name=given,
        family_name=family,
        email=fields.get("email") or "",
        phone=fields.get("phone") or "",
        timezone=timezone,
    )


def _parts(name: str) -> tuple[str, str] | None:
    """Given and family name, split at the last blank that leaves both short enough to be stored."""
    splits = [(name[:at], name[at + 1 :]) for at, letter in enumerate(name) if letter == " "] or [(name, "")]
    fitting = [parts for parts in splits if max(map(len, parts)) <= _PART_OF_NAME]
    return fitting[-1] if fitting else None


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
