"""How sending may fail."""


class TransientFailureError(Exception):
    """It may work later. The text is shown to staff."""


class PermanentFailureError(Exception):
    """It will never work. The text is shown to staff."""
