"""The platform's own addresses: the operators' admin and the documentation."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.admin_sites import platform_site
from config.urls import common
from config.urls.common import handler400, handler403, handler404, handler500

urlpatterns = [
    path("", RedirectView.as_view(url="/docs/")),
    path("admin/", platform_site.urls),
    *common.urlpatterns,
    re_path(r"^(?:v1|oauth|openapi)/", common.nothing_here),
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
