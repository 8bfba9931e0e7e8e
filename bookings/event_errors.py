"""Why an order is refused, and what else is refused of events and their bookings."""

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
    message = "The client is in event {other_id} at the time of event {event_id}."


class AlreadyBookedError(DomainError):
    code = "already_booked"
    kind = Kind.CONFLICT
    message = "The client has a place in event {event_id} already."


class PaymentMethodNotEnabledError(DomainError):
    code = "payment_method_not_enabled"
    message = "Only Cash is enabled."
