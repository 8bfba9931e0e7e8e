"""Why an order is refused, and what else is refused of events and their bookings."""

from collections.abc import Sequence
from uuid import UUID

from tenants.errors import DomainError, Kind


class UnknownUserError(DomainError):
    code = "unknown_user"
    message = "There is no client of this brand with the id {user_id}."


class UnknownEventError(DomainError):
    code = "unknown_event"
    message = "There is no event {event_id}. GET /v1/events lists them."


class EventTwiceError(DomainError):
    code = "event_twice"
    message = "Event {event_id} is named twice. One order books one place in each event."


class EventFullError(DomainError):
    code = "event_full"
    kind = Kind.CONFLICT
    message = "Event {event_id} is full."


class EventPastError(DomainError):
    code = "event_past"
    kind = Kind.CONFLICT
    message = "Event {event_id} has begun."


class EventCanceledError(DomainError):
    code = "event_canceled"
    kind = Kind.CONFLICT
    message = "Event {event_id} is canceled."


class BirthDateUnknownError(DomainError):
    code = "birth_date_unknown"
    kind = Kind.CONFLICT
    message = "Event {event_id} is for ages {age_from} to {age_to}, and the client's date of birth is not known."


class AgeNotAllowedError(DomainError):
    code = "age_not_allowed"
    kind = Kind.CONFLICT
    message = "Event {event_id} is for ages {age_from} to {age_to}."


class GenderUnknownError(DomainError):
    code = "gender_unknown"
    kind = Kind.CONFLICT
    message = "Event {event_id} is for {eligibility}, and the client's gender is not known."


class NotEligibleError(DomainError):
    code = "not_eligible"
    kind = Kind.CONFLICT
    message = "Event {event_id} is for {eligibility}."


class OwnEventError(DomainError):
    code = "own_event"
    kind = Kind.CONFLICT
    message = "Event {event_id} is the client's own. Nobody books themselves."


class OverlappingBookingError(DomainError):
    code = "overlapping_booking"
    kind = Kind.CONFLICT
    message = "The client is in {other} at the time of event {event_id}."

    def __init__(self, *, event_id: UUID, other_id: UUID | None) -> None:
        """The other event is not named (None) to one brand if it is of another."""
        other = f"event {other_id}" if other_id else "another booking"
        super().__init__(event_id=str(event_id), other=other)


class AlreadyBookedError(DomainError):
    code = "already_booked"
    kind = Kind.CONFLICT
    message = "The client has a place in event {event_id} already."


class PaymentMethodNotEnabledError(DomainError):
    code = "payment_method_not_enabled"
    message = "Only Cash is enabled."


class UnknownCoachError(DomainError):
    code = "unknown_coach"
    message = "There is no coach with the id {coach_id}. GET /v1/staff lists who works here."


class UnknownSportError(DomainError):
    code = "unknown_sport"
    message = "There is no sport {sport_id}. GET /v1/sports lists them."


class UnknownAddressError(DomainError):
    code = "unknown_address"
    message = "There is no address {address_id}. GET /v1/addresses lists them."


class TimeSlotDiffersError(DomainError):
    code = "timeslot_differs"
    kind = Kind.CONFLICT
    message = "Time slot {timeslot_id} is another one already. Send it as it is, or leave timeSlotId out for a new one."


class NotInFutureError(DomainError):
    code = "not_in_future"
    message = "An event must begin in the future: {start_time} is past."


class NoSuchHoursError(DomainError):
    code = "no_such_hours"
    message = "The clocks skip that time on {date}: an event can't take place then."


class UnknownBookingError(DomainError):
    code = "unknown_booking"
    message = "There is no booking {booking_id}. GET /v1/bookings?userId=... lists a person's."


class SeriesConflictError(DomainError):
    """Its causes are the refusals of the days."""

    code = "series_conflict"
    kind = Kind.CONFLICT
    message = (
        "{refused} of the {days} days of the series can't have the event; each is told beside. Nothing was published. "
        "onConflict=skip leaves such days out, as long as one is left."
    )

    def __init__(self, causes: Sequence[DomainError], *, days: int) -> None:
        self.causes = causes
        super().__init__(refused=len(causes), days=days)


class EventNotFoundError(DomainError):
    code = "event_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no such event. GET /v1/events lists them."


class ForeignEventError(DomainError):
    code = "foreign_event"
    kind = Kind.FORBIDDEN
    message = "This is another coach's event. Its coach may do this, and a service with the scope manage:events."


class EventNotCancellableError(DomainError):
    code = "event_not_cancellable"
    kind = Kind.STATE
    message = "An event can be canceled until it ends; this one is {status}{ended}."


class CoachOnlyError(DomainError):
    code = "coach_only"
    kind = Kind.FORBIDDEN
    message = "That is for the event's coach to say, or a service with the scope manage:bookings."


class OwnerOnlyError(DomainError):
    code = "owner_only"
    kind = Kind.FORBIDDEN
    message = "Only whoever booked a place can do this. userId must be theirs."


class NotDecidableError(DomainError):
    code = "not_pending"
    kind = Kind.STATE
    message = "This booking is {status}{ended}: only one that is Pending is accepted or rejected, until its event ends."


class EventNotOverError(DomainError):
    code = "event_not_over"
    kind = Kind.STATE
    message = "This booking has not taken place yet: its event ends at {ends_at}."


class NotHeldError(DomainError):
    code = "not_held"
    kind = Kind.STATE
    message = "This booking is {status}: it did not take place."


class NotCanceledError(DomainError):
    code = "not_canceled"
    kind = Kind.STATE
    message = "This booking is {status}. Only one that is Canceled can be dismissed."


class NotDisputableError(DomainError):
    code = "not_disputable"
    kind = Kind.STATE
    message = "This booking is {status}{ahead}. One that is Accepted can be disputed from its start on."


class UnknownReasonError(DomainError):
    code = "unknown_reason"
    message = "There is no such reason for a dispute. GET /v1/dispute-reasons lists them."


class NotInDisputeError(DomainError):
    code = "not_in_dispute"
    kind = Kind.STATE
    message = "This booking is {status}: there is no open dispute about it."


class SubjectNotNamedError(DomainError):
    code = "subject_not_named"
    message = "Say whose bookings: send exactly one of userId and eventId. startAt and endAt go with userId alone."


class SportExistsError(DomainError):
    code = "sport_exists"
    kind = Kind.CONFLICT
    message = "There is a sport with this name: {name}."


class ReasonExistsError(DomainError):
    code = "reason_exists"
    kind = Kind.CONFLICT
    message = "There is a reason with this name: {name}."


class PlaceFreeError(DomainError):
    code = "place_free"
    kind = Kind.CONFLICT
    message = "Event {event_id} has a free place: book it with POST /v1/bookings."


class AlreadyWaitingError(DomainError):
    code = "already_waiting"
    kind = Kind.CONFLICT
    message = "The client is in the line for event {event_id} already."


class WaitingNotFoundError(DomainError):
    code = "waiting_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no such place in the line. GET /v1/waiting?userId=... lists a person's."


class NotInLineError(DomainError):
    code = "not_in_line"
    kind = Kind.STATE
    message = "This place in the line is {state}: nobody can leave it any more."
