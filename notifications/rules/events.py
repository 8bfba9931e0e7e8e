"""What may be told, to whom and how."""

from enum import StrEnum


class Event(StrEnum):
    """Upon what a rule tells somebody."""

    BOOKED = "booked"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    PLACE_OFFERED = "place_offered"
    OFFER_EXPIRED = "offer_expired"

    @property
    def label(self) -> str:
        return {
            "before_start": "Before the start",
            "after_end": "After the end",
            "no_show": "Client did not come",
            "place_offered": "Place offered to who waits",
            "offer_expired": "Offer to who waits expired",
        }.get(self.value, self.value.capitalize())

    @property
    def is_timed(self) -> bool:
        """Whether it is so many minutes away from the booking's time, rather than something that happens."""
        return self in {Event.BEFORE_START, Event.AFTER_END}


class Audience(StrEnum):
    CLIENT = "client"
    STAFF = "staff"
    BOTH = "both"
    ADDRESS = "address"

    @property
    def label(self) -> str:
        return {"both": "Client and staff", "address": "A fixed address"}.get(self.value, self.value.capitalize())


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    CHAT = "chat"

    @property
    def label(self) -> str:
        return {"email": "E-mail", "sms": "SMS"}.get(self.value, self.value.capitalize())


class Stage(StrEnum):
    """How far a booking is, as far as messages are concerned."""

    WAITING = "waiting"  # its client waits for a place, and has none yet
    PENDING = "pending"  # it waits for approval
    STANDS = "stands"  # it will take place
    OVER = "over"  # it took place
    OFF = "off"  # it won't, or the client did not come
    DECLINED = "declined"  # it won't: approval was refused

    def wants(self, event: Event) -> bool:
        """Whether a timed message would be true."""
        return self is Stage.STANDS or (self is Stage.OVER and event is Event.AFTER_END)
