"""How sending may fail. The texts are shown to staff."""

from notifications.rules import Why


class SendingError(Exception):
    """`why` is what staff filters by."""

    why = Why.UNEXPECTED

    def __init__(self, text: str, *, why: Why | None = None) -> None:
        super().__init__(text)
        self.why = why or type(self).why


class TransientFailureError(SendingError):
    """It may work later."""

    why = Why.REFUSED


class UnreachableError(TransientFailureError):
    """The server can't be reached or refuses the platform, whatever the message: the others need not be tried now."""

    why = Why.UNREACHABLE


class PermanentFailureError(SendingError):
    """It will never work."""

    why = Why.REFUSED
