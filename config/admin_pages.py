"""The admin's title, menu and front page."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from accounts.admin_sites import tenant_site
from accounts.backends import brands_for
from bookings.admin_event_week import todays_events
from bookings.models import CoachBooking
from config.sending_panel import sending_panel
from visits.admin_today import todays_visits

DAYS = 7


def site_title(request: HttpRequest) -> str:
    tenant = getattr(request, "tenant", None)
    return tenant.name if tenant else "Slotkeeper platform"


def site_subheader(request: HttpRequest) -> str:
    tenant = getattr(request, "tenant", None)
    return f"Times in {tenant.timezone}" if tenant else "Operators"


def colours(request: HttpRequest) -> str:  # noqa: ARG001 - unfold passes it
    return static("slotkeeper/colours.css")


def script(request: HttpRequest) -> str:  # noqa: ARG001 - unfold passes it
    return static("slotkeeper/admin.js")


def stylesheet(request: HttpRequest) -> str:  # noqa: ARG001 - unfold passes it
    return static("slotkeeper/admin.css")


def events_stylesheet(request: HttpRequest) -> str:  # noqa: ARG001 - unfold passes it
    return static("slotkeeper/events.css")


def favicon(request: HttpRequest) -> str:  # noqa: ARG001 - unfold passes it
    return static("slotkeeper/favicon.svg")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    if getattr(request, "tenant", None) is None:
        return [
            {
                "title": "Platform",
                "items": [
                    _item("Tenants", "domain", "tenants_tenant"),
                    _item("Operators", "manage_accounts", "accounts_user"),
                ],
            }
        ]
    return [
        {
            "title": "Calendar",
            "items": [
                {"title": "Today and this week", "icon": "today", "link": reverse("admin:index")},
                _item("Bookings", "event_available", "bookings_coachbooking"),
                _item("Services", "design_services", "scheduling_service"),
                _item("Visits", "clinical_notes", "visits_visit"),
                _item("Office hours", "schedule", "bookings_officehour"),
                _item("Slots", "more_time", "visits_slot"),
                _item("Closures", "event_busy", "scheduling_closure"),
                _item("Calendar feeds", "rss_feed", "notifications_calendarfeed"),
            ],
        },
        {
            "title": "Events",
            "separator": True,
            "items": [
                _page("Events", "calendar_view_week", "bookings_event", "week"),
                _page("Approvals", "approval_delegation", "bookings_eventbooking", "approvals", alone=True),
                _item("Disputes", "gavel", "bookings_dispute"),
                {
                    **_item("Places booked", "confirmation_number", "bookings_eventbooking"),
                    "active": _is_at("bookings_eventbooking_changelist", but="bookings_eventbooking_approvals"),
                },
                _item("Orders", "receipt_long", "bookings_order", of_brands=True),
                _item("Time slots", "schedule", "bookings_timeslot"),
                _item("Sports", "exercise", "bookings_sport", whole_tenant=True),
                _item("Dispute reasons", "checklist", "bookings_disputereason", whole_tenant=True),
                _item("Event settings", "tune", "bookings_eventsettings", of_brands=True),
            ],
        },
        {
            "title": "People",
            "separator": True,
            "items": [
                _item("Clients", "groups", "scheduling_client"),
                _item("Staff", "badge", "scheduling_staffmember"),
                _item("Providers", "medical_services", "visits_provider"),
                _item("Persons", "contacts", "scheduling_person"),
                _item("Erasures", "person_remove", "scheduling_erasure", whole_tenant=True),
            ],
        },
        {
            "title": "Places",
            "separator": True,
            "items": [
                _item("Locations", "location_on", "scheduling_location"),
                _item("Rooms", "meeting_room", "scheduling_room"),
                _item("Calendars and hours", "more_time", "scheduling_resource"),
            ],
        },
        {
            "title": "Messages",
            "separator": True,
            "items": [
                _item("Message log", "outgoing_mail", "notifications_message"),
                _item("Rules", "rule", "notifications_rule"),
                _item("Suppression list", "unsubscribe", "notifications_suppression"),
                _item("Channels", "hub", "notifications_channelaccount"),
                _item("Templates", "edit_note", "notifications_template"),
                _item("Webhook endpoints", "webhook", "notifications_webhookendpoint"),
                _item("Webhook deliveries", "send", "notifications_webhookdelivery"),
            ],
        },
        {
            "title": "Access",
            "separator": True,
            "items": [
                _item("Users and roles", "manage_accounts", "accounts_user", whole_tenant=True),
                _item("Applications", "apps", "access_application", whole_tenant=True),
                _item("API keys", "key", "access_apikey", whole_tenant=True),
                _item("Brands", "sell", "brands_brand"),
            ],
        },
    ]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Today's visits and events, how sending goes and the coming week's bookings, as far as the viewer may see them."""
    if getattr(request, "tenant", None) is None:
        return context
    now = timezone.now()
    context = {
        **context,
        "visits_today": todays_visits(request, now=now),
        "events_today": todays_events(request, now=now),
        "sending": sending_panel(request),
    }
    if not request.user.has_perm("bookings.view_coachbooking"):
        return context
    zone = timezone.get_current_timezone()
    today = timezone.localdate()
    start = datetime.combine(today, time(), zone)
    bookings = (
        tenant_site._registry[CoachBooking]  # noqa: SLF001 - Django has no public way to a registered admin
        .get_queryset(request)
        .filter(starts_at__gte=start, starts_at__lt=start + timedelta(days=DAYS))
        .exclude(status="cancelled")
        .select_related("client__person", "coach__person")
        .order_by("starts_at")
    )
    days: dict[Any, list[CoachBooking]] = {today + timedelta(days=offset): [] for offset in range(DAYS)}
    for booking in bookings:
        days.setdefault(timezone.localdate(booking.starts_at), []).append(booking)
    return {**context, "week": list(days.items())[:DAYS], "week_count": sum(map(len, days.values())), "today": today}


def _item(title: str, icon: str, model: str, *, whole_tenant: bool = False, of_brands: bool = False) -> dict[str, Any]:
    """A list in the menu; `of_brands` is what nobody has rows of their own of."""
    app, _, name = model.partition("_")
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{model}_changelist"),
        "permission": _may_see(f"{app}.view_{name}", whole_tenant=whole_tenant, of_brands=of_brands),
    }


def _page(title: str, icon: str, model: str, page: str, *, alone: bool = False) -> dict[str, Any]:
    """A page of a model that is not its list; what belongs to the model is below it in the menu, unless it is alone."""
    return {
        **_item(title, icon, model),
        "link": reverse(f"admin:{model}_{page}"),
        "active": _is_at(f"{model}_{page}" if alone else f"{model}_changelist"),
    }


def _is_at(below: str, *, but: str = "") -> Callable[[HttpRequest], bool]:
    def is_at(request: HttpRequest) -> bool:
        path = request.path
        return path.startswith(reverse(f"admin:{below}")) and not (but and path.startswith(reverse(f"admin:{but}")))

    return is_at


def _may_see(permission: str, *, whole_tenant: bool, of_brands: bool) -> Callable[[Any], bool]:
    return lambda request: (
        bool(request.user.has_perm(permission))
        and not (whole_tenant and brands_for(request.user, permission) is not None)
        and not (of_brands and brands_for(request.user, permission) == set())
    )
