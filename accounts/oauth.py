"""Which scopes an OAuth application may ask for."""

from typing import Any

from oauth2_provider.scopes import SettingsScopes

from accounts.scopes import SERVICE_ONLY


class ApplicationScopes(SettingsScopes):
    """An application is granted the scopes that it was registered with, and no others."""

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        if application is None:
            return list(super().get_available_scopes(application, request, *args, **kwargs))
        # People's tokens never carry what is services' alone, whatever the application was registered with.
        return [scope for scope in application.scopes if not (application.signs_people_in and scope in SERVICE_ONLY)]

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return self.get_available_scopes(application, request, *args, **kwargs)
