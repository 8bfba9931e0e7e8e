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
    "STYLES": ["config.admin_pages.stylesheet"],
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "config.admin_pages.dashboard",
    "SIDEBAR": {"navigation": "config.admin_pages.navigation"},
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .014 190)",
            "100": "oklch(94.6% .033 190)",
            "200": "oklch(90.2% .063 190)",
            "300": "oklch(82.7% .09 190)",
            "400": "oklch(71.4% .11 190)",
            "500": "oklch(60% .11 190)",
            "600": "oklch(50% .095 190)",
            "700": "oklch(43% .08 190)",
            "800": "oklch(37% .065 190)",
            "900": "oklch(32% .055 190)",
            "950": "oklch(24% .045 190)",
        },
    },
}
