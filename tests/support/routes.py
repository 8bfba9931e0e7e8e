"""Every operation under /v1/, read from the URLconf: a new one is in every generated test by itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    method: str
    route: str  # /v1/coaches/<str:coach_id>/slots
    action: str
    view: Any

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.route)

    def path(self, values: Mapping[str, object]) -> str:
        """The address with its parameters filled in: with the action's own value, such as `bookings.id.complete`,
        or else with the one of the collection. KeyError for one that nobody knows how to fill."""

        def value(found: re.Match[str]) -> str:
            name = f"{self.noun}.{found[1]}"
            return str(values.get(f"{name}.{self.action}") or values[name])

        return _PARAMETER.sub(value, self.route)

    @property
    def noun(self) -> str:
        """The collection: `coaches` in /v1/coaches/<str:coach_id>/slots."""
        return self.route.split("/")[2]

    @property
    def scopes(self) -> set[str]:
        return set(self.view.scopes.get(self.action, set()))


def operations() -> list[Operation]:
    """All operations under /v1/, in the order of the URLconf."""
    from config.urls import tenant

    return [
        Operation(method=method.upper(), route=f"/{route}", action=action, view=view.cls)
        for route, view in _walk(tenant.urlpatterns)
        if route.startswith("v1/")
        for method, action in view.actions.items()
        if method != "head"
    ]


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("v1/"):
            yield route, pattern.callback
