"""Ids and days for the examples in the OpenAPI documents: of the demo tenant harbor, so that each example works.

`{day}` and `{next_day}` become days to come when the document is made.
"""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

BRAND: Final = "be3c4e50-c80c-574a-988b-1ee4be5e4eee"  # Harbor Mind
COACH: Final = "53075d23-6c3f-5e98-b11a-0b04678e1dec"  # Ines Calloway
PROVIDER: Final = "49ab72f0-aacc-50cd-8cc7-493680317f74"  # Ravi Menon
PATIENT: Final = "1cfd947a-e376-5fe5-8bf9-1fccdad7ccf2"  # Maya Lindqvist
LEAVER: Final = "cad1b90e-10b3-5226-9799-d514196c9bb2"  # Edda Holm, who is erased
SERVICE: Final = "cd3ef211-9c13-5d00-b266-89fe5d98552f"  # First consultation of Harbor Mind
SENT_MESSAGE: Final = "4b6e98b6-633b-541e-a518-1af45652bc0f"  # the confirmation of Harbor's first booking
SUPPRESSION: Final = "fc2afc93-b659-50fb-a2f3-92814e444e36"  # of somebody who asked for it on the phone
SLOT: Final = "{day}T15:00:00Z"
OTHER_SLOT: Final = "{next_day}T15:30:00Z"
BEGUN_BOOKING: Final = "3a48b2c9-b0e1-5502-bfc3-02eecb20656e"  # of Ines, has begun
MISSED_BOOKING: Final = "7e12bd2d-3b9f-5d6c-8963-75887bb40a1a"  # of Ines, has begun
DEAD_MESSAGE: Final = "ba8205d9-caa6-52fa-aabb-821783d9a759"  # about a booking of Ines
TRAINER: Final = "fafa35e0-6098-54d5-bb52-5cdc0168a6d8"  # Lev Orlov, in Moscow
SPORT: Final = "783eac41-fbbe-5165-8400-481e892bac25"  # Boxing
ADDRESS: Final = "0aa4af02-e8e0-5369-bcc6-57d755c72bed"  # a gym in Moscow
DISPUTE_REASON: Final = "b1a75d05-dba4-52b6-a804-f2f43f61a59a"  # the coach did not come
TIME_SLOT: Final = "789c160a-01fb-589b-ad05-af3d60242781"  # of Lev, on evenings
EVENT: Final = "910fefdf-0d99-55b4-88e0-5b9505ad03e0"  # of Lev, to come
OTHER_EVENT: Final = "4d121291-d63c-5900-9dbe-1e915b01331b"  # of Lev, to come
EVENT_TO_CANCEL: Final = "8d97ad8a-7d09-54c2-9e81-5d56bdb63adf"  # of Lev, to come
PLACE: Final = "27d2603f-588c-53e5-8126-ddee7b312796"  # of Maya, to come
PLACE_TO_CANCEL: Final = "c4fd805d-9a23-5b4a-8e4f-bfeccea9b5ff"  # of Maya, to come
HELD_PLACE: Final = "bf0c1489-aae8-54b3-b5ba-98f14cd2ea0d"  # of Maya, over
DISPUTABLE_PLACE: Final = "048a6d59-6f20-5273-851f-e3075c03ab70"  # of Maya, over
DISPUTED_PLACE: Final = "97c7da0a-09ca-5c37-b78c-341b5485de22"  # of Maya, over
CANCELED_PLACE: Final = "7b2b49ba-d073-5d48-9d68-8eacdc8a0386"  # of Maya
PENDING_PLACE: Final = "82339879-5619-5d4d-8978-ccc8f6ea65f4"  # of Maya, to come
OTHER_PENDING_PLACE: Final = "a2d4a91a-8a64-5763-9596-28e2a670cdef"  # of Maya, to come
FULL_EVENT: Final = "6c090c5a-80b1-52b5-b0cc-2534652dc107"  # of Lev, to come
WAITED_EVENT: Final = "7feb0b23-f315-5678-9c81-597ceab367ab"  # of Lev, to come; Maya waits for a place
WAITING: Final = "ed2bc27e-4849-5a45-951f-de9f59a78d31"  # Maya's place in its line
EVENT_TO_LEAVE: Final = "88b13540-d569-5c60-9d53-32054500759b"  # of Lev, to come; Maya waits for a place
WAITING_TO_LEAVE: Final = "bc5a0671-be44-5486-a025-d3b5dc880a42"  # Maya's place in its line


def sent(name: str, value: dict[str, Any]) -> OpenApiExample:
    """An example of a body that is sent."""
    return OpenApiExample(name, value=value, request_only=True)


def answered(name: str, value: dict[str, Any] | list[dict[str, Any]], *, status: int = 200) -> OpenApiExample:
    """An example of an answer."""
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])
