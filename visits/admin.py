"""Providers in the admin; slots are in `admin_slots`, visits in `admin_visits`."""

from django.contrib import admin

from accounts.admin_base import ReadOnly
from accounts.admin_sites import tenant_site
from visits.admin_meetings import HasStandingLink
from visits.admin_slots import SlotAdmin
from visits.admin_visits import VisitAdmin
from visits.models import Provider

__all__ = ["ProviderAdmin", "SlotAdmin", "VisitAdmin"]


@admin.register(Provider, site=tenant_site)
class ProviderAdmin(ReadOnly, HasStandingLink):
    list_display = ("__str__", "specialty", "npi", "brand", "created_at")
    list_select_related = ("staff_member__person", "brand")
    search_fields = ("staff_member__person__given_name", "staff_member__person__family_name", "npi")
    # The standing link is no field: who may not change a provider does not see it.
    fields = ("staff_member", "brand", "specialty", "npi", "metadata", "created_at", "updated_at")
    readonly_fields = fields
    own_path = "staff_member__person__user"
