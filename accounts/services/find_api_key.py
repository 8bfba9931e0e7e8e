"""Which key a caller holds."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.access.models import ApiKey
from accounts.services.issue_api_key import MARK, digest_of

_NOTED_EVERY: Final = timedelta(minutes=1)


def is_api_key(token: str) -> bool:
    """Whether a bearer token is meant as an API key."""
    return token.startswith(MARK)


def find_api_key(token: str, *, now: datetime) -> ApiKey | None:
    """The key, if it opens anything now. Notes once a minute that it was used.

    Call it outside of a transaction: the note's row lock must not be held for the length of a booking.
    """
    key = ApiKey.objects.filter(digest=digest_of(token), revoked_at=None, expires_at__gt=now).first()
    if key is not None and (key.last_used_at is None or now - key.last_used_at >= _NOTED_EVERY):
        _note_use(key, now=now)
    return key


@transaction.atomic
def _note_use(key: ApiKey, *, now: datetime) -> None:
    """Whoever finds the row locked lets the other note it: nobody waits to say that a key is in use."""
    unlocked = (
        ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=now - _NOTED_EVERY), pk=key.pk)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .values("pk")
    )
    ApiKey.objects.filter(pk__in=unlocked).update(last_used_at=now)
