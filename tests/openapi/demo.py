"""A demo tenant as its developers meet it: ids from `demo_ids`, tokens from the token endpoint."""

import base64
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Any

import orjson
from django.core.management import call_command
from django.test import Client


@dataclass
class Demo:
    ids: dict[str, Any]

    @classmethod
    def named(cls, tenant: str) -> "Demo":
        printed = StringIO()
        call_command("demo_ids", tenant, stdout=printed)
        return cls(orjson.loads(printed.getvalue()))

    @property
    def host(self) -> str:
        return str(self.ids["tenant"]["host"])

    @cached_property
    def service_token(self) -> str:
        """Of the backend, with all its scopes."""
        return self._token("backend")

    @cached_property
    def web_token(self) -> str:
        """Of the web application of one brand, with a few scopes."""
        return self._token("web")

    def user_token(self, email: str) -> str:
        """Of a person who signed in."""
        printed = StringIO()
        call_command("token", self.ids["tenant"]["slug"], "--user", email, stdout=printed)
        return printed.getvalue().strip()

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """As the backend service."""
        return Client(raise_request_exception=False).generic(
            method,
            path,
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers={"Host": self.host, "Authorization": f"Bearer {self.service_token}", **headers},
        )

    def _token(self, application: str) -> str:
        (found,) = [one for one in self.ids["oauth_clients"] if one["name"] == application]
        basic = base64.b64encode(f"{found['client_id']}:{found['client_secret']}".encode()).decode()
        answer: Any = Client().post(
            "/oauth/token",
            "grant_type=client_credentials",
            content_type="application/x-www-form-urlencoded",
            headers={"Host": self.host, "Authorization": f"Basic {basic}"},
        )
        return str(answer.json()["access_token"])
