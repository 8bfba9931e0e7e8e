"""django-unfold: the look and the menu of both admins."""

from typing import Any

__all__ = ["UNFOLD"]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "config.admin.site_title",
}
