"""A tenant's addresses: its API, its tokens and its admin."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView
from oauth2_provider.views import TokenView

from accounts.admin_sites import tenant_site
from config.urls import common
from config.urls.common import handler400, handler403, handler404, handler500

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    # Literals such as bookings/notify come before bookings/<id>.
    path("v1/", include("notifications.api.urls")),
    path("v1/", include("bookings.api.urls")),
    path("v1/", include("visits.api.urls")),
    path("v1/", include("scheduling.api.urls")),
    path("v1/", include("api.audit.urls")),
    path("oauth/token", TokenView.as_view(), name="token"),
    path("admin/", tenant_site.urls),
    *common.urlpatterns,
    # Not Django's own page for an unknown address, which with DEBUG shows its URLs instead of the envelope.
    re_path(r"^(?:v1|oauth|openapi)/", common.nothing_here),
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
