"""Why a slot is not opened or closed, why a visit is not booked or moved, and what else the endpoints refuse."""

from tenants.errors import DomainError, Kind


class ProviderNotFoundError(DomainError):
    code = "provider_not_found"
    kind = Kind.NOT_FOUND
    message = "This brand has no provider with this id."


class ForeignProviderError(DomainError):
    code = "foreign_provider"
    kind = Kind.FORBIDDEN
    message = "A user's token opens and closes that provider's own slots alone."


class SlotNotFoundError(DomainError):
    code = "slot_not_found"
    kind = Kind.NOT_FOUND
    message = "This brand has no open slot with this id. GET /v1/providers/[id]/slots lists a provider's slots."


class SlotOverlapError(DomainError):
    code = "slot_overlap"
    kind = Kind.INVALID
    message = "This provider has an open slot in this time already: {starts_at} to {ends_at}."


class SlotLengthError(DomainError):
    code = "slot_length"
    kind = Kind.INVALID
    message = "A slot lasts from {least} minutes to {most} minutes, and begins and ends at a full minute."


class SlotTimeError(DomainError):
    code = "slot_time"
    kind = Kind.INVALID
    message = "A slot is opened before it begins, and at most {days} days ahead."


class SlotDaysError(DomainError):
    code = "slot_days"
    kind = Kind.INVALID
    message = "Choose 1 to {days} days from {today} to {last}, as they are dated in {zone}, the provider's zone."


class TooManySlotsError(DomainError):
    code = "too_many_slots"
    kind = Kind.INVALID
    message = "These would be {count} slots; at most {most} are opened at once. Choose fewer days or longer slots."


class SlotBookedError(DomainError):
    code = "slot_booked"
    kind = Kind.CONFLICT
    message = "This slot, at {starts_at}, is booked.{nearest}"


class ProviderBusyError(DomainError):
    code = "provider_busy"
    kind = Kind.CONFLICT
    message = "The provider is busy with something else at {starts_at}.{nearest}"


class VisitTypeNotFoundError(DomainError):
    code = "visit_type_not_found"
    kind = Kind.NOT_FOUND
    message = "This brand has no visit type {visit_type}."


class VisitTypeNotOfferedError(DomainError):
    code = "visit_type_not_offered"
    kind = Kind.CONFLICT
    message = "This provider does not do visits of the type {visit_type}."


class VisitTypeTooLongError(DomainError):
    code = "visit_type_too_long"
    kind = Kind.CONFLICT
    message = "A visit of the type {visit_type} takes {minutes} minutes; this slot has {slot_minutes}."


class UnknownPatientError(DomainError):
    code = "unknown_patient"
    kind = Kind.NOT_FOUND
    message = "This brand has no patient with this id."


class OwnSlotError(DomainError):
    code = "own_slot"
    kind = Kind.CONFLICT
    message = "Nobody visits themselves."


class VisitNotFoundError(DomainError):
    """Also of other people's and other brands' visits: whose an id is, nobody learns."""

    code = "visit_not_found"
    kind = Kind.NOT_FOUND
    message = "The caller has no visit with this id."


class VisitNotCancellableError(DomainError):
    code = "visit_not_cancellable"
    kind = Kind.STATE
    message = "This visit can't be cancelled any more: it is {status}{begun}."


class VisitNotReschedulableError(DomainError):
    code = "visit_not_reschedulable"
    kind = Kind.STATE
    message = "This visit can't be moved any more: it is {status}{begun}."


class ForbiddenStepError(DomainError):
    code = "visit_step_forbidden"
    kind = Kind.STATE
    message = "A visit that is {status} does not allow the step {step}."


class TooEarlyError(DomainError):
    code = "visit_step_too_early"
    kind = Kind.STATE
    message = "This visit is {status} and begins at {starts_at}: it is too early for the step {step}."


class PatientCanNotSayError(DomainError):
    code = "not_the_provider"
    kind = Kind.FORBIDDEN
    message = "What becomes of a visit is said by its provider, or by a service with the scope manage:visits."


class PatientNotNamedError(DomainError):
    code = "patient_not_named"
    kind = Kind.FORBIDDEN
    message = "Name a patient, which needs the scope act-as. Everybody's visits are seen with the scope manage:visits."


class VisitNotRemoteError(DomainError):
    code = "visit_not_remote"
    kind = Kind.NOT_FOUND
    message = "This visit has no meeting link: visits of its type do not take place by video or phone."


class NoMeetingLinkError(DomainError):
    code = "no_meeting_link"
    kind = Kind.NOT_FOUND
    message = "Nobody has given this visit a meeting link, and its provider has no standing one."


class MeetingNotOpenError(DomainError):
    code = "meeting_not_open"
    kind = Kind.CONFLICT
    message = "The meeting link of this visit is shown from {opens_at} on."


class MeetingOverError(DomainError):
    code = "meeting_over"
    kind = Kind.CONFLICT
    message = "This visit is over or called off: its meeting link is shown no more."
