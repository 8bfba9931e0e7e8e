"""For whom a request acts: the token's own person, or the one that `X-Current-User-Id` names."""

import uuid

from rest_framework.request import Request

from accounts.scopes import ACT_AS
from api.errors import EdgeError, InsufficientScopeError, InvalidInputError, RepeatedHeaderError
from api.request import principal_of
from api.viewsets import PlatformViewSet
from scheduling.models import Person

HEADER = "X-Current-User-Id"


class ActingForAnotherError(EdgeError):
    code = "acting_for_another"
    status = 403
    message = "A user's token acts for that user alone. Leave X-Current-User-Id out, or use a service token."


class ActsForPerson(PlatformViewSet):
    """Finds out for whom the request acts before anything else is done: `person_id`."""

    def authorize(self) -> None:
        super().authorize()
        self.person_id = _acting_person_id(self.request)


def _acting_person_id(request: Request) -> uuid.UUID | None:
    """The id of the person for whom the request acts; None for a service that names nobody, and for a
    user who is no person of this tenant.

    Raises InsufficientScopeError (naming somebody needs `act-as`), ActingForAnotherError and
    InvalidInputError.
    """
    named = _named(request)
    caller = principal_of(request)
    if caller.user_id is None:
        if named is not None and ACT_AS not in caller.scopes:
            raise InsufficientScopeError(scope=ACT_AS)
        return named
    own = Person.objects.filter(user_id=caller.user_id).values_list("id", flat=True).first()
    if named is not None and named != own:
        raise ActingForAnotherError
    return own


def _named(request: Request) -> uuid.UUID | None:
    value = request.headers.get(HEADER)
    if value is None:
        return None
    if "," in value:
        raise RepeatedHeaderError(header=HEADER)
    try:
        return uuid.UUID(value)
    except ValueError as error:
        raise InvalidInputError({HEADER: ["Must be a UUID."]}) from error
