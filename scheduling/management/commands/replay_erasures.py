from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from scheduling.models import Person
from scheduling.services.erase_person import erase_person
from scheduling.services.tombstones import read_tombstones
from tenants.audit.signing import sign
from tenants.context import use, use_public
from tenants.models import Tenant

ACTOR = "command:replay_erasures"


class Command(BaseCommand):
    help = (
        "Erases again whoever was erased before, as the erasure log says: after a backup was restored. "
        "Workers do the rest in the background. Again after it was cut off."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--log", default=settings.ERASURE_LOG, help="The file (default: ERASURE_LOG).")

    def handle(self, *_args: Any, log: str, **_options: Any) -> None:
        try:
            tombstones = list(dict.fromkeys((each.schema, each.person_id) for each in read_tombstones(Path(log))))
        except OSError as error:
            raise CommandError(f"{log} can't be read: {error.strerror}.") from error
        with use_public():
            tenants = {tenant.schema_name: tenant for tenant in Tenant.objects.all()}
        done = 0
        for schema, person_id in tombstones:
            if schema in tenants:
                with use(tenants[schema]):
                    done += _erase_again(person_id)
        self.stdout.write(f"{len(tombstones)} were erased before; {done} of them were back and are erased again.")


def _erase_again(person_id: Any) -> bool:
    with transaction.atomic():
        sign(actor=ACTOR)
        person = Person.objects.known().filter(pk=person_id).first()
        if person is None:
            return False
        erase_person(person=person, by=ACTOR, now=timezone.now())
        return True
