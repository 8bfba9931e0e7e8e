"""The scopes of access tokens: verb:resource. Each endpoint names the ones that it needs."""

from typing import Final

ACT_AS: Final = "act-as"

SCOPES: Final = {
    "read:bookings": "See bookings and free slots.",
    "write:bookings": "Make and cancel one's own bookings.",
    "manage:bookings": "Cancel anybody's bookings of the current brand.",
    "read:office-hours": "See office hours.",
    "write:office-hours": "Publish office hours.",
    "read:availability": "See free times.",
    "write:holds": "Hold free times for a few minutes.",
    "read:events": "See events, sports and addresses.",
    "write:events": "Publish events; cancel one's own.",
    "manage:events": "Publish and cancel anybody's events of the current brand; add sports and addresses.",
    "read:clients": "See clients.",
    "write:clients": "Register and change clients.",
    "read:staff": "See staff members.",
    "write:staff": "Register and change staff members.",
    "write:providers": "Register providers.",
    "read:visits": "See visits and free slots of providers.",
    "write:visits": "Book, move and cancel one's own visits.",
    "manage:visits": "See and change everybody's visits of the current brand.",
    "write:slots": "Open and close slots of providers.",
    "read:notifications": "See who is told what, when and how.",
    "write:notifications": "Change who is told what, when and how.",
    "run:notifications": "Wake the notification workers.",
    "read:messages": "See what was told to whom, and why something was not.",
    "write:messages": "Send messages again, or ahead of their time.",
    "read:suppressions": "See the addresses that are written to no more.",
    "write:suppressions": "Put addresses on the suppression list, and take them off it.",
    "write:delivery-reports": "Report what became of messages: delivered, bounced, complained.",
    "read:channels": "See through whose accounts messages leave, without their secrets.",
    "write:channels": "Set up, change and test the accounts through which messages leave.",
    "read:calendar-feeds": "See calendar feeds.",
    "write:calendar-feeds": "Make, rotate and revoke calendar feeds: secret addresses at which bookings are read.",
    "read:webhooks": "See webhook endpoints and what was delivered to them.",
    "write:webhooks": "Register and change webhook endpoints, and deliver again.",
    "read:audit": "See who changed what.",
    "manage:own-data": "See all that is held about oneself, and erase it.",
    "erase:persons": "See all that is held about a person, and erase it.",
    ACT_AS: "Act for the person named in X-Current-User-Id.",
}

# What a person is asked who is to allow it, where that is told in other words than to a developer.
_ASKED: Final = {
    "read:bookings": "See your bookings and free slots.",
    "write:bookings": "Make and cancel bookings for you.",
    "write:events": "Publish and cancel your events.",
    "read:visits": "See your visits and the free slots of providers.",
    "write:visits": "Book, move and cancel visits for you.",
    "write:slots": "Open and close your slots.",
    "read:calendar-feeds": "See which calendar feeds show your bookings.",
    "write:calendar-feeds": "Make secret addresses at which calendar programs read your bookings.",
    "manage:own-data": "See all that is held about you, and erase it for good.",
}


def asked_for(scope: str) -> str:
    """What an application with this scope could do, as its user reads it."""
    return _ASKED.get(scope, SCOPES[scope])


# Of services alone: a token that a user has signed in for never carries them.
SERVICE_ONLY: Final = frozenset(
    {
        ACT_AS,
        "manage:bookings",
        "manage:events",
        "read:clients",
        "write:clients",
        "read:staff",
        "write:staff",
        "write:providers",
        "manage:visits",
        "read:notifications",
        "write:notifications",
        "run:notifications",
        "read:messages",
        "write:messages",
        "read:suppressions",
        "write:suppressions",
        "write:delivery-reports",
        "read:channels",
        "write:channels",
        "read:webhooks",
        "write:webhooks",
        "read:audit",
        "erase:persons",
    }
)
