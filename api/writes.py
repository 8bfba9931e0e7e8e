"""A write: one request, one transaction, opened here and durable.

In it: the idempotency record, then, under a savepoint, the service. When the service refuses, its rows
are rolled back to the savepoint and the refusal is stored with the record, so that a repetition gets the
same answer. Nothing has left the process before the commit (docs/architecture.md).
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import Error, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors
from api.brands import current_brand_id
from api.models import IdempotencyRecord
from api.parsers import read_body
from api.renderers import dumps
from api.request import principal_of
from tenants.audit.signing import sign
from tenants.errors import DomainError

logger = logging.getLogger(__name__)

TRIES = 3
KEPT_FOR = timedelta(hours=24)
# A concurrent twin waits this long for the first request's answer.
TWIN_WAIT_MS = 200
WEB_LOCK_TIMEOUT_MS = 500
_NOT_STORED = {401, 403, 412, 428, 429}

Render = Callable[[DomainError], Response]


def perform(
    *,
    request: Request,
    route: str,
    acting_for: UUID | None,
    now: datetime,
    work: Callable[[], Response],
    refuse: Render,
) -> HttpResponseBase:
    """Runs `work` as one durable transaction and answers its response.

    `route` names the endpoint without its parameters, `acting_for` the person for whom it acts; `refuse`
    renders a DomainError in the family's envelope. A deadlock or serialization failure repeats the whole,
    three times at the most.
    """
    key = _key(request)
    read_body(_raw(request))  # as a whole, before a parser streams it
    for attempt in range(1, TRIES + 1):
        try:
            if key is None:
                with transaction.atomic(durable=True):
                    _sign(request)
                    response = work()
                    # What can't be written as JSON must undo the work: after the commit it would be too late.
                    dumps(response.data)
                    return response
            fingerprint = _fingerprint(request, acting_for)
            return _perform_once(request, key, fingerprint, route=route, now=now, work=work, refuse=refuse)
        except Error as error:
            if errors.sqlstate(error) not in errors.RETRYABLE or attempt == TRIES:
                raise
            logger.info("Repeating a write after SQLSTATE %s", errors.sqlstate(error))
    raise AssertionError


def _perform_once(
    request: Request,
    key: str,
    fingerprint: bytes,
    *,
    route: str,
    now: datetime,
    work: Callable[[], Response],
    refuse: Render,
) -> HttpResponseBase:
    with transaction.atomic(durable=True):
        record = _claim(principal=principal_of(request).key, route=route, key=key, fingerprint=fingerprint, now=now)
        if record is None:
            return _replay(principal=principal_of(request).key, route=route, key=key, fingerprint=fingerprint)
        _sign(request)
        try:
            with transaction.atomic():
                response = work()
        except errors.EdgeError:  # a wrong body, a missing scope: not the service's answer, so not stored
            raise
        except DomainError as error:
            response = refuse(error)
        if response.status_code in _NOT_STORED:
            IdempotencyRecord.objects.filter(pk=record).delete()
        else:
            IdempotencyRecord.objects.filter(pk=record).update(
                status=response.status_code,
                headers={"Content-Type": response.content_type or "application/json", **_own_headers(response)},
                body=_stored_body(response),
            )
        return response


def _key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):  # noqa: PLR2004
        raise errors.InvalidIdempotencyKeyError
    return key


def _fingerprint(request: Request, acting_for: UUID | None) -> bytes:
    """Of all that says what is asked for: also for whom and for which brand."""
    raw = _raw(request)
    asked = [raw.method, raw.path, raw.META.get("QUERY_STRING", ""), acting_for, current_brand_id(request), ""]
    head = "\n".join(map(str, asked)).encode()
    return hashlib.sha256(head + raw.body).digest()


def _claim(*, principal: str, route: str, key: str, fingerprint: bytes, now: datetime) -> int | None:
    """The new record's id, or None when the key was used before. A twin that is under way is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {TWIN_WAIT_MS}")
        try:
            cursor.execute(
                """
                INSERT INTO api_idempotencyrecord
                    (principal, route, key, fingerprint, status, headers, body, created_at)
                VALUES (%s, %s, %s, %s, NULL, '{}', '', %s)
                ON CONFLICT (principal, route, key) DO NOTHING
                RETURNING id
                """,
                [principal, route, key, fingerprint, now],
            )
            row = cursor.fetchone()
        except Error as error:
            if errors.sqlstate(error) == errors.LOCK_TIMEOUT:
                raise errors.IdempotencyInProgressError from error
            raise
        cursor.execute(f"SET LOCAL lock_timeout = {WEB_LOCK_TIMEOUT_MS}")
    return None if row is None else int(row[0])


def _sign(request: Request) -> None:
    """Says who is changing things, for the audit."""
    sign(actor=principal_of(request).key, request_id=getattr(_raw(request), "request_id", ""))


def _raw(request: Request) -> HttpRequest:
    return request._request  # noqa: SLF001 - DRF keeps the untouched request there


def _replay(*, principal: str, route: str, key: str, fingerprint: bytes) -> HttpResponse:
    record = IdempotencyRecord.objects.filter(principal=principal, route=route, key=key).first()
    if record is None:  # removed between the two statements: the client repeats
        raise errors.IdempotencyInProgressError
    if bytes(record.fingerprint) != fingerprint:
        raise errors.IdempotencyKeyReusedError
    return HttpResponse(
        bytes(record.body),
        status=record.status,
        headers={**record.headers, "Idempotent-Replayed": "true"},
    )


def shown_once(response: Response, *names: str) -> Response:
    """The response, of which these fields of the body are secrets: stored nowhere, and null in a repetition."""
    response.shown_once = names  # type: ignore[attr-defined]
    return response


def _stored_body(response: Response) -> bytes:
    if response.data is None:
        return b""
    hidden = getattr(response, "shown_once", ())
    return dumps({**response.data, **dict.fromkeys(hidden)} if hidden else response.data)


def _own_headers(response: Response) -> dict[str, Any]:
    return {name: value for name, value in response.headers.items() if name in {"Location", "ETag"}}


def forget_old_records(*, now: datetime) -> int:
    """Removes the current tenant's records that are older than a day; answers how many."""
    removed, _ = IdempotencyRecord.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    return removed
