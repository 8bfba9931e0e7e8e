from typing import Any

from django.core.management.base import BaseCommand

from tenants.models import Domain, Tenant


class Command(BaseCommand):
    help = "Lists the tenants: number, slug, status, domains."

    def handle(self, *_args: Any, **_options: Any) -> None:
        domains: dict[int, list[str]] = {}
        for tenant_id, domain in Domain.objects.order_by("-is_primary", "domain").values_list("tenant_id", "domain"):
            domains.setdefault(tenant_id, []).append(domain)
        for tenant in Tenant.objects.all():
            self.stdout.write(
                f"{tenant.number:>6}  {tenant.slug:<20} {tenant.status:<10} {', '.join(domains.get(tenant.pk, []))}"
            )
