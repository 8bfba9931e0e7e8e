"""What messages say."""

from notifications.texts.render import render

__all__ = ["render"]
