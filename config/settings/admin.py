"""django-unfold: the look and the menu of both admins."""

from typing import Any

__all__ = ["UNFOLD"]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "config.admin_pages.site_title",
    "SITE_HEADER": "config.admin_pages.site_title",
    "SITE_SUBHEADER": "config.admin_pages.site_subheader",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.admin_pages.favicon"}],
    "SITE_SYMBOL": "calendar_month",
    "SITE_URL": None,
    "STYLES": ["config.admin_pages.colours", "config.admin_pages.stylesheet", "config.admin_pages.events_stylesheet"],
    "SCRIPTS": ["config.admin_pages.script"],
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "config.admin_pages.dashboard",
    "SIDEBAR": {"navigation": "config.admin_pages.navigation"},
}
