"""Examples of waiting for the OpenAPI document. They work against the demo tenant harbor."""

from typing import Any, Final

from api.examples import FULL_EVENT, PATIENT, WAITED_EVENT, WAITING, answered, sent

_WAITING: dict[str, Any] = {
    "waitingId": WAITING,
    "eventId": WAITED_EVENT,
    "userId": PATIENT,
    "position": 1,
    "state": "waiting",
    "offeredUntil": None,
}
LINE: Final = [answered("A line", _WAITING)]
JOINED: Final = [
    sent("Maya waits", {"userId": PATIENT}),
    answered(
        "In line",
        {**_WAITING, "waitingId": "0198c0de-7a00-7000-8000-111e00000001", "eventId": FULL_EVENT},
        status=201,
    ),
]
