import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from notifications.channels.email.reports import MailReport, UnreadableReportError, parse_report
from notifications.services.find_reported import MessageNotFoundError
from notifications.services.record_bounce import record_bounce
from notifications.services.record_delivery import NeverSentError
from tenants.context import use
from tenants.models import Tenant

# Larger than any mail that a server gives back whole.
_LARGEST = 10 * 1024 * 1024


class Command(BaseCommand):
    help = (
        "Reads a bounce or an abuse report from standard input (RFC 3464, RFC 5965), as a mail server pipes it, and"
        " records it. Exits with 65 (EX_DATAERR) for what is none of ours, with 75 (EX_TEMPFAIL) when the database is"
        " away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", help="The tenant's slug (default: whose domain the Message-ID has).")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            report = parse_report(sys.stdin.buffer.read(_LARGEST))
            with use(_tenant(options["tenant"], report)):
                message = record_bounce(report=report, now=timezone.now())
        except (UnreadableReportError, MessageNotFoundError, NeverSentError) as error:
            raise CommandError(str(error), returncode=os.EX_DATAERR) from error
        except (OperationalError, InterfaceError) as error:
            raise CommandError("The database does not answer. Try again later.", returncode=os.EX_TEMPFAIL) from error
        self.stdout.write(f"{message.pk} {message.state}" if message else "Nothing to record.")


def _tenant(slug: str | None, report: MailReport) -> Tenant:
    if slug is not None:
        tenant: Tenant | None = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {slug!r}. `list_tenants` shows them all.")
        return tenant
    host = report.message_id.rpartition("@")[2].rstrip("> ").lower()
    owner: Tenant | None = Tenant.objects.filter(domains__domain=host).first()
    if owner is None:
        raise UnreadableReportError("No tenant has the domain of this Message-ID. Name one with --tenant.")
    return owner
