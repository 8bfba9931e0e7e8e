"""The two admins: an operator's of the platform, and each tenant's for its staff.

They live in different URLconfs and never in one request, so both go by Django's usual name.
"""

from unfold.sites import UnfoldAdminSite


class PlatformAdminSite(UnfoldAdminSite):
    index_title = "Platform"
    site_title = site_header = "Slotkeeper platform"


class TenantAdminSite(UnfoldAdminSite):
    index_title = "This week"
    site_title = site_header = "Slotkeeper"


platform_site = PlatformAdminSite(name="admin")
tenant_site = TenantAdminSite(name="admin")
