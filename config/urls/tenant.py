"""A tenant's addresses: its API, its tokens and its admin."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts import oauth_views, pages, password_pages
from accounts.admin_sites import tenant_site
from config.urls import common
from config.urls.common import handler400, handler403, handler404, handler500
from notifications.api.calendar_file import CalendarFileView
from notifications.api.mail_reports import MailReportsView
from notifications.optout.pages import UnsubscribeView

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    # Literals such as bookings/notify come before bookings/<id>.
    path("v1/", include("notifications.api.urls")),
    path("v1/", include("bookings.api.urls")),
    path("v1/", include("visits.api.urls")),
    path("v1/", include("scheduling.api.urls")),
    path("v1/", include("api.audit.urls")),
    path("oauth/token", oauth_views.TokenView.as_view(), name="token"),
    path("oauth/revoke", oauth_views.RevokeView.as_view(), name="revoke"),
    path("oauth/introspect", oauth_views.IntrospectView.as_view(), name="introspect"),
    path("oauth/authorize", pages.AuthorizeView.as_view(), name="authorize"),
    path(".well-known/oauth-authorization-server", oauth_views.MetadataView.as_view(), name="oauth-metadata"),
    path("sign-in", pages.SignInView.as_view(), name="sign-in"),
    path("sign-out", pages.SignOutView.as_view(), name="sign-out"),
    # Named as the admin's log-in page looks it up.
    path("password/forgot", password_pages.ForgotView.as_view(), name="admin_password_reset"),
    path("password/forgot/sent", password_pages.ForgotSentView.as_view(), name="forgot-sent"),
    path("password/new", password_pages.ResetView.as_view(), name="password-new"),
    path("password/set", password_pages.PasswordSetView.as_view(), name="password-set"),
    path("invitation", password_pages.InvitationView.as_view(), name="invitation"),
    path("account", pages.AccountView.as_view(), name="account"),
    path("unsubscribe/<str:token>", UnsubscribeView.as_view(), name="unsubscribe"),
    path("calendars/<str:secret>.ics", CalendarFileView.as_view(), name="calendar-file"),
    path("mail-reports/<uuid:account_id>/<str:secret>", MailReportsView.as_view(), name="mail-reports"),
    path("admin/", tenant_site.urls),
    *common.urlpatterns,
    # Not Django's own page for an unknown address, which with DEBUG shows its URLs instead of the envelope.
    re_path(r"^(?:v1|oauth|openapi)/", common.nothing_here),
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
