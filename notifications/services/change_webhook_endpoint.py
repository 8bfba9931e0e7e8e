"""Changing and deleting a webhook endpoint."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from notifications.channels.webhooks.receivers import check_url
from notifications.models import WebhookEndpoint
from notifications.services.rest_endpoint import wake_endpoint
from notifications.services.switch_off_endpoint import switch_off_endpoint
from tenants.errors import check_version
from tenants.locking import locked


@contextmanager
def naming(field: str) -> Iterator[None]:
    """Says of which field a ValidationError is."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error


@transaction.atomic
def change_webhook_endpoint(
    *,
    endpoint: WebhookEndpoint,
    changes: Mapping[str, Any],
    now: datetime,
    why: str = "By its owner.",
    expected: frozenset[int] | None = None,
) -> WebhookEndpoint:
    """Sets the named ones of url, event_types, description and is_active; nothing where nothing is named.

    Switched off, what waits for it is cancelled, and what happens until it is on again is never told to it.
    `expected` are the versions of which the caller changes one, None for any. Raises GoneError, StaleVersionError;
    ValidationError, by field.
    """
    endpoint = _locked(endpoint, expected)
    if "url" in changes and changes["url"] != endpoint.url:
        with naming("url"):
            check_url(changes["url"])
    if changes.get("is_active") is False:
        switch_off_endpoint(endpoint=endpoint, why=why, now=now)
        endpoint.refresh_from_db()
    elif changes.get("is_active") and not endpoint.is_active:
        endpoint.is_active, endpoint.disabled_at, endpoint.disabled_why = True, None, ""
    if not changes:
        return endpoint
    for name in {"url", "description"} & changes.keys():
        setattr(endpoint, name, changes[name])
    if "event_types" in changes:
        endpoint.event_types = sorted(set(changes["event_types"]))
    endpoint.full_clean()
    endpoint.version += 1
    endpoint.save()
    # What changed may be what was wrong.
    wake_endpoint(endpoint.pk)
    return endpoint


@transaction.atomic
def delete_webhook_endpoint(
    *, endpoint: WebhookEndpoint, now: datetime, expected: frozenset[int] | None = None
) -> None:
    """Ends an endpoint and forgets its secrets; the log of its deliveries stays. Raises GoneError,
    StaleVersionError."""
    endpoint = _locked(endpoint, expected)
    switch_off_endpoint(endpoint=endpoint, why="It was deleted.", now=now)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        archived_at=now, secret="", previous_secret="", previous_until=None, version=F("version") + 1, updated_at=now
    )


def _locked(endpoint: WebhookEndpoint, expected: frozenset[int] | None) -> WebhookEndpoint:
    found = locked(WebhookEndpoint.objects.kept(), endpoint.pk)
    check_version(found.version, expected=expected)
    return found
