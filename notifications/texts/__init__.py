"""What messages say."""

from notifications.texts.choice import fetch_templates
from notifications.texts.render import render

__all__ = ["fetch_templates", "render"]
