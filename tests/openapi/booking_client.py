"""A developer's use of the generated client, checked by mypy as it stands. Not imported: run beside the client."""

import sys
from datetime import datetime
from uuid import UUID

import httpx
from slotkeeper_client import AuthenticatedClient
from slotkeeper_client.api.coach_bookings import (
    cancel_coach_booking,
    create_coach_booking,
    list_coach_slots,
    list_my_coach_bookings,
)
from slotkeeper_client.models import (
    CoachBookingOutput,
    CoachBookingsOutput,
    CoachBookingStatus,
    LoopError,
    NewCoachBookingRequest,
    SlotsOutput,
)


def book_and_cancel(client: AuthenticatedClient, coach_id: UUID) -> datetime:
    """Books the coach's next free slot, is refused a second time, cancels; answers when it was."""
    free = list_coach_slots.sync(coach_id, client=client)
    assert isinstance(free, SlotsOutput), free
    wanted = NewCoachBookingRequest(slot_at=free.slots[0].slot_at, notes="By the generated client")

    booked = create_coach_booking.sync(coach_id, client=client, body=wanted, idempotency_key="client-1")
    assert isinstance(booked, CoachBookingOutput), booked
    assert booked.slot_at == wanted.slot_at
    assert booked.status is CoachBookingStatus.BOOKED

    refused = create_coach_booking.sync_detailed(coach_id, client=client, body=wanted)
    assert refused.status_code == 409
    assert isinstance(refused.parsed, LoopError)
    assert refused.parsed.error == "slot_taken"
    assert "Free:" in refused.parsed.message

    mine = list_my_coach_bookings.sync(client=client)
    assert isinstance(mine, CoachBookingsOutput), mine
    assert booked.id in {booking.id for booking in mine.bookings}

    cancelled = cancel_coach_booking.sync(booked.id, client=client)
    assert isinstance(cancelled, CoachBookingOutput), cancelled
    assert cancelled.status is CoachBookingStatus.CANCELLED
    return booked.slot_at


def main(base_url: str, token: str, coach_id: str) -> None:
    """As a script: against a running platform."""
    with AuthenticatedClient(base_url=base_url, token=token, timeout=httpx.Timeout(10)) as client:
        sys.stdout.write(f"{book_and_cancel(client, UUID(coach_id)).isoformat()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
