"""Ids and days for the examples in the OpenAPI documents: of the demo tenant harbor, so that each example works.

`{day}` and `{next_day}` become days to come when the document is made.
"""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

BRAND: Final = "be3c4e50-c80c-574a-988b-1ee4be5e4eee"  # Harbor Mind
COACH: Final = "53075d23-6c3f-5e98-b11a-0b04678e1dec"  # Ines Calloway
PROVIDER: Final = "49ab72f0-aacc-50cd-8cc7-493680317f74"  # Ravi Menon
PATIENT: Final = "1cfd947a-e376-5fe5-8bf9-1fccdad7ccf2"  # Maya Lindqvist
SERVICE: Final = "cd3ef211-9c13-5d00-b266-89fe5d98552f"  # First consultation of Harbor Mind
SENT_MESSAGE: Final = "4b6e98b6-633b-541e-a518-1af45652bc0f"  # the confirmation of Harbor's first booking
SUPPRESSION: Final = "fc2afc93-b659-50fb-a2f3-92814e444e36"  # of somebody who asked for it on the phone
SLOT: Final = "{day}T15:00:00Z"
OTHER_SLOT: Final = "{next_day}T15:30:00Z"
BEGUN_BOOKING: Final = "3a48b2c9-b0e1-5502-bfc3-02eecb20656e"  # of Ines, has begun
MISSED_BOOKING: Final = "7e12bd2d-3b9f-5d6c-8963-75887bb40a1a"  # of Ines, has begun
DEAD_MESSAGE: Final = "ba8205d9-caa6-52fa-aabb-821783d9a759"  # about a booking of Ines


def sent(name: str, value: dict[str, Any]) -> OpenApiExample:
    """An example of a body that is sent."""
    return OpenApiExample(name, value=value, request_only=True)


def answered(name: str, value: dict[str, Any], *, status: int = 200) -> OpenApiExample:
    """An example of an answer."""
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])
