from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer
from api.paging import PageQuery
from scheduling.models import Client, StaffMember
from scheduling.models.fields import validate_birth_date, validate_zone
from scheduling.rules.people import Gender
from scheduling.services.register_person import PersonData

_PERSON_FIELDS = ("given_name", "family_name", "email", "phone", "language", "timezone", "birth_date", "gender")


class PeopleQuery(PageQuery):
    email = serializers.CharField(
        max_length=254, required=False, allow_blank=True, help_text="The person with this e-mail address alone."
    )


class PersonInput(BodySerializer):
    """A person's names and contacts."""

    given_name = serializers.CharField(max_length=100)
    family_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.RegexField(r"^\+?[0-9 ()/.-]{3,}$", max_length=32, required=False, allow_blank=True)
    language = serializers.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=16, required=False)
    timezone = serializers.CharField(max_length=64, required=False, validators=[validate_zone])
    birth_date = serializers.DateField(
        required=False,
        allow_null=True,
        validators=[validate_birth_date],
        help_text="Needed for events that are not for all ages. null: not known.",
    )
    gender = serializers.ChoiceField(
        [one.value for one in Gender],
        required=False,
        allow_blank=True,
        help_text="Needed for events that are for men or women alone. Empty: not known.",
    )


class NewStaffMemberInput(PersonInput):
    """A person's names and contacts, and what they do."""

    title = serializers.CharField(max_length=100, required=False, allow_blank=True)


class PersonChanges(PersonInput):
    """What is to be changed; what is left out stays."""

    given_name = serializers.CharField(max_length=100, required=False)


class ClientOutput(serializers.Serializer[Any]):
    """A client. `id` is the person's: userId, patient_id in the families; `number` is flextell's customer id."""

    id = serializers.UUIDField()
    number = serializers.IntegerField(min_value=1)
    given_name = serializers.CharField()
    family_name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    language = serializers.CharField()
    timezone = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    gender = serializers.ChoiceField([one.value for one in Gender], allow_blank=True)
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class StaffMemberOutput(ClientOutput):
    """A staff member. `id` is the person's: coachId, provider_id, staffId in the families."""

    title = serializers.CharField()
    is_active = serializers.BooleanField()


def person_data(fields: dict[str, Any]) -> PersonData:
    """The person among checked input."""
    return PersonData(**{name: fields[name] for name in _PERSON_FIELDS if name in fields})


def client_json(client: Client | StaffMember) -> dict[str, Any]:
    """Needs `person` to be loaded."""
    person = client.person
    return {
        "id": person.id,
        "number": client.pk,
        **{name: getattr(person, name) for name in _PERSON_FIELDS},
        "version": person.version,
        "created_at": client.created_at,
        "updated_at": person.updated_at,
    }


def staff_member_json(staff_member: StaffMember) -> dict[str, Any]:
    """Needs `person` to be loaded."""
    return {**client_json(staff_member), "title": staff_member.title, "is_active": staff_member.is_active}
