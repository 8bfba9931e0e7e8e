"""Which scopes an OAuth application may ask for."""

from typing import Any

from oauth2_provider.scopes import SettingsScopes


class ApplicationScopes(SettingsScopes):
    """An application is granted the scopes that it was registered with, and no others."""

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        if application is None:
            return list(super().get_available_scopes(application, request, *args, **kwargs))
        return list(application.scopes)

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return self.get_available_scopes(application, request, *args, **kwargs)
