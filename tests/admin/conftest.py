from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.access.models import Membership
from accounts.models import User
from accounts.rules import Role
from tenants.brands.models import Brand
from tenants.context import activate


class AdminBrowser:
    """A signed-in browser at the admin of north; afterwards the connection is in the tenant again."""

    def __init__(self, tenant: Any, user: User) -> None:
        self.tenant = tenant
        self.user = user
        self.client = Client(headers={"Host": f"{tenant.slug}.test"})
        self.client.force_login(user)

    def get(self, path: str, **data: Any) -> Any:
        return self._in_tenant(self.client.get, path, data)

    def post(self, path: str, **data: Any) -> Any:
        return self._in_tenant(self.client.post, path, data)

    def _in_tenant(self, send: Callable[..., Any], path: str, data: dict[str, Any]) -> Any:
        try:
            return send(path, data)
        finally:
            activate(self.tenant)


@pytest.fixture
def sign_in(north: Any) -> Callable[..., AdminBrowser]:
    def sign_in(
        role: Role = Role.RECEPTIONIST, *, brand: Brand | None = None, user: User | None = None
    ) -> AdminBrowser:
        if user is None:
            user = User.objects.create_user(f"{role}@north.test", "a password", is_staff=True)
        user.is_staff = True
        user.save()
        Membership.objects.create(user=user, role=role, brand=brand)
        return AdminBrowser(north, user)

    return sign_in
