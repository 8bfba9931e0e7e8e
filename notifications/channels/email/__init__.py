"""E-mail: text, HTML and the calendar file, through whatever EMAIL_URL names."""

from notifications.channels.email.transport import EmailSession

__all__ = ["EmailSession"]
