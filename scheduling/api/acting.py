"""For whom a request acts: the token's own person, or the one that `X-Current-User-Id` names."""

import uuid
from functools import cached_property

from rest_framework.request import Request

from accounts.scopes import ACT_AS
from api.errors import EdgeError, InsufficientScopeError, InvalidInputError
from api.request import principal_of
from api.viewsets import PlatformViewSet
from scheduling.models import Person

HEADER = "X-Current-User-Id"


class ActingForAnotherError(EdgeError):
    code = "acting_for_another"
    status = 403
    message = "A user's token acts for that user alone. Leave X-Current-User-Id out, or use a service token."


class ServicesOnlyError(EdgeError):
    code = "services_only"
    status = 403
    message = "Only a service that acts for nobody may do this: leave X-Current-User-Id out, or say who you are."


class ActsForPerson(PlatformViewSet):
    """Knows for whom the request acts, and sees to it before anything else that the caller may.

    Raises InsufficientScopeError (naming somebody needs `act-as`), ActingForAnotherError and InvalidInputError.
    """

    def authorize(self) -> None:
        super().authorize()
        self.named_person_id = _named(self.request)
        if self.named_person_id is None:
            return
        caller = principal_of(self.request)
        if caller.user_id is None and ACT_AS not in caller.scopes:
            raise InsufficientScopeError(scope=ACT_AS)
        if caller.user_id is not None and self.named_person_id != self._own_person_id:
            raise ActingForAnotherError

    @property
    def person_id(self) -> uuid.UUID | None:
        """The person for whom the request acts; None for a service that names nobody, and for a user who is no
        person of this tenant."""
        return self.named_person_id or self._own_person_id

    def check_names(self, person_id: uuid.UUID) -> None:
        """Naming another person needs act-as; who acts for somebody acts for them alone.

        Raises ActingForAnotherError, InsufficientScopeError.
        """
        caller = principal_of(self.request)
        if self.person_id is None and caller.user_id is None:
            if ACT_AS not in caller.scopes:
                raise InsufficientScopeError(scope=ACT_AS)
        elif self.person_id != person_id:
            raise ActingForAnotherError

    def is_service_with(self, scope: str) -> bool:
        """Whether the caller is a service that has the scope and acts for nobody."""
        caller = principal_of(self.request)
        return self.person_id is None and caller.user_id is None and scope in caller.scopes

    def check_is_service_with(self, scope: str) -> None:
        """Raises InsufficientScopeError, and ServicesOnlyError for who has the scope but acts for somebody."""
        if scope not in principal_of(self.request).scopes:
            raise InsufficientScopeError(scope=scope)
        if not self.is_service_with(scope):
            raise ServicesOnlyError

    @cached_property
    def _own_person_id(self) -> uuid.UUID | None:
        user_id = principal_of(self.request).user_id
        if user_id is None:
            return None
        return Person.objects.filter(user_id=user_id).order_by().values_list("id", flat=True).first()


def _named(request: Request) -> uuid.UUID | None:
    value = request.headers.get(HEADER)
    if value is None:
        return None
    try:
        return uuid.UUID(value)
    except ValueError as error:
        raise InvalidInputError({HEADER: ["Must be a UUID."]}) from error
