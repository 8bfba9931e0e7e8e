"""Why a coach is not booked, and what else the coach endpoints refuse."""

from tenants.errors import DomainError, Kind


class CoachNotFoundError(DomainError):
    code = "coach_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no coach with this id."


class PatientNotFoundError(DomainError):
    code = "patient_not_found"
    kind = Kind.NOT_FOUND
    message = (
        "The caller is no patient of this brand. A service names the patient in X-Current-User-Id "
        "and needs the scope act-as."
    )


class CoachOutsideBrandError(DomainError):
    code = "coach_outside_brand"
    kind = Kind.FORBIDDEN
    message = "This coach does not work for the current brand. Use the coach's brand's host or client application."


class OfficeHourNotFoundError(DomainError):
    code = "office_hour_not_found"
    kind = Kind.NOT_FOUND
    message = "This coach has no office hour at {slot_at}. GET /v1/coaches/{coach_id}/slots lists the free slots."


class SlotOffGridError(DomainError):
    code = "slot_off_grid"
    kind = Kind.CONFLICT
    message = (
        "{slot_at} is within an office hour, but no slot starts there. GET /v1/coaches/{coach_id}/slots lists them."
    )


class SlotPastError(DomainError):
    code = "slot_past"
    kind = Kind.CONFLICT
    message = "{slot_at} is past."


class SlotTooSoonError(DomainError):
    code = "slot_too_soon"
    kind = Kind.CONFLICT
    message = "{slot_at} is too soon: this office hour must be booked {notice_minutes} minutes ahead."


class SlotTooFarError(DomainError):
    code = "slot_too_far"
    kind = Kind.CONFLICT
    message = "{slot_at} is too far ahead: this office hour can be booked {horizon_days} days ahead."


class SlotClosedError(DomainError):
    code = "slot_closed"
    kind = Kind.CONFLICT
    message = "{slot_at} is on a day that is closed."


class SlotUnavailableError(DomainError):
    code = "slot_taken"
    kind = Kind.CONFLICT
    message = "{slot_at} is booked already.{nearest}"


class CoachBusyError(DomainError):
    code = "coach_busy"
    kind = Kind.CONFLICT
    message = "The coach is busy with something else {when}.{nearest}"


class OwnOfficeHourError(DomainError):
    code = "own_office_hour"
    kind = Kind.CONFLICT
    message = "Nobody books themselves."


class BookingNotFoundError(DomainError):
    code = "booking_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no booking with this id."


class ForeignBookingError(DomainError):
    code = "foreign_booking"
    kind = Kind.FORBIDDEN
    message = "This booking belongs to other people, or to another brand."


class ForeignOfficeHourError(DomainError):
    code = "foreign_office_hour"
    kind = Kind.FORBIDDEN
    message = "A user's token publishes that coach's own office hours alone."


class NotCancellableError(DomainError):
    code = "not_cancellable"
    kind = Kind.STATE
    message = "This booking can't be cancelled any more: it is {status}{started}."


class NotReschedulableError(DomainError):
    code = "not_reschedulable"
    kind = Kind.STATE
    message = "This booking can't be moved any more: it is {status}{started}."


class ClientCanNotSayError(DomainError):
    code = "not_the_coach"
    kind = Kind.FORBIDDEN
    message = "What became of a booking is said by its coach, or by a service with the scope manage:bookings."


class NotInThatStateError(DomainError):
    code = "forbidden_step"
    kind = Kind.STATE
    message = "A booking that is {status} can't become {to}."


class NotOverYetError(DomainError):
    code = "not_over_yet"
    kind = Kind.STATE
    message = "This can be said once the booking has begun."
