from datetime import datetime

from accounts.access.models import ApiKey


def revoke_api_key(*, key: ApiKey, now: datetime) -> None:
    """Ends a key for good. Revoking it again keeps the first moment."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)
    key.refresh_from_db()
