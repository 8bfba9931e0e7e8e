"""A REST client inside the test's process: through all middleware, in the test's transaction."""

from typing import Any

import orjson
from django.test import Client as DjangoClient

from tenants.context import activate
from tenants.resolution import ResolvedTenant


class Rest:
    """Requests to a tenant's host with a token. Afterwards the connection is in the tenant again."""

    def __init__(self, tenant: ResolvedTenant, token: str | None = None, **headers: str) -> None:
        self.tenant = tenant
        self.headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **headers}
        self.django = DjangoClient(raise_request_exception=False)

    def get(self, path: str, **options: Any) -> Any:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.request("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, *, if_match: str | None = "*", **options: Any) -> Any:
        headers = {**({} if if_match is None else {"If-Match": if_match}), **options.pop("headers", {})}
        return self.request("PATCH", path, body, headers=headers, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.request("PUT", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.request("DELETE", path, **options)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        content_type: str = "application/json",
        host: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        payload = raw if raw is not None else b"" if body is None else orjson.dumps(body)
        try:
            response: Any = self.django.generic(
                method,
                path,
                payload,
                content_type=content_type,
                headers={"Host": host or f"{self.tenant.slug}.test", **self.headers, **(headers or {})},
            )
        finally:
            activate(self.tenant)
        return response
