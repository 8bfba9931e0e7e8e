"""Whose hold is whose."""

from uuid import UUID

from api.brands import current_brand_id
from api.request import principal_of
from scheduling.api.acting import ActsForPerson
from scheduling.models import Hold
from scheduling.services.confirm_hold import hold_of


def holder_of(person_id: UUID) -> str:
    """What a hold for a person says of its holder."""
    return f"person:{person_id}"


class BooksHeldTime(ActsForPerson):
    """Books what somebody may have held before."""

    def hold(self, hold_id: UUID | None, *, person_id: UUID | None = None) -> Hold | None:
        """The named hold: of the person who books (for whom the request acts, if nobody else), or one that the calling
        application keeps for its visitors. None where none is named. Raises HoldNotFoundError."""
        if hold_id is None:
            return None
        person_id = person_id or self.person_id
        holders = [principal_of(self.request).key, *([holder_of(person_id)] if person_id else [])]
        return hold_of(hold_id, holders=holders, brand_id=current_brand_id(self.request))
