"""Which scopes a caller needs."""

from typing import TYPE_CHECKING, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.scopes import SERVICE_ONLY
from api.brands import check_application_brand
from api.errors import InsufficientScopeError, MissingTokenError
from api.request import principal_of

if TYPE_CHECKING:
    from rest_framework.views import APIView

    from api.viewsets import PlatformViewSet


class ScopePermission(BasePermission):
    """Every action names the scopes of which the token needs one. An action without any is refused."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        viewset = cast("PlatformViewSet", view)
        if request.method not in viewset.allowed_methods:  # 405 comes next
            return True
        if request.user is None:
            raise MissingTokenError
        caller = principal_of(request)
        wanted = viewset.scopes_of(viewset.action)
        # A user speaks for themselves alone, whatever their client application may do.
        held = caller.scopes if caller.user_id is None else caller.scopes - SERVICE_ONLY
        if not wanted & held:
            raise InsufficientScopeError(scope=" or ".join(sorted(wanted)))
        check_application_brand(request)
        return True
