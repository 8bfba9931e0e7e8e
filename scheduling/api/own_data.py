"""Whose data a request erases or exports, and who may."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from api.brands import confined_to
from api.errors import InsufficientScopeError, InvalidInputError
from api.request import principal_of
from scheduling.api.acting import HEADER, ActingForAnotherError, ActsForPerson
from scheduling.models import Erasure, Person
from scheduling.selectors.people import person_of
from scheduling.services.erase_person import erase_person
from scheduling.tasks import wake_for_erasure

OWN, OTHERS = "manage:own-data", "erase:persons"


class WhoseQuery(serializers.Serializer[Any]):
    userId = serializers.UUIDField(  # noqa: N815 - the contract's name
        required=False, help_text="Another person: of a service with the scope erase:persons. Default: who asks."
    )


class OverOwnData(ActsForPerson):
    """Somebody over their own data, or a service with erase:persons over that of others."""

    def subject(self) -> Person:
        """Raises InvalidInputError without the header, ActingForAnotherError, InsufficientScopeError,
        PersonNotFoundError."""
        wanted: UUID | None = self.query().get("userId")
        if self.named_person_id is None:
            raise InvalidInputError({HEADER: ["Is missing: who asks?"]})
        caller = principal_of(self.request)
        if wanted in {None, self.named_person_id}:
            wanted = self.named_person_id
        elif caller.user_id is not None:
            raise ActingForAnotherError
        elif OTHERS not in caller.scopes:
            raise InsufficientScopeError(scope=OTHERS)
        return person_of(person_id=wanted, brand_id=self._brand_id(self.request))

    def erase(self, person: Person) -> Erasure:
        receipt = erase_person(
            person=person,
            by=principal_of(self.request).key,
            for_person=self.named_person_id,
            for_brand=self._brand_id(self.request),
            now=self.now,
        )
        wake_for_erasure(receipt.pk)
        return receipt

    def _brand_id(self, request: Request) -> UUID | None:
        """The brand for which a service speaks. People speak for themselves, wherever they are known."""
        return None if principal_of(request).user_id is not None else confined_to(request)
