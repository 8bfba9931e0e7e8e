"""The receipts of erased persons, and what is left to do."""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from scheduling.models.people import Person
from tenants.ids import new_id


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def unfinished(self) -> "ErasureQuerySet":
        return self.filter(finished_at=None)


class Erasure(models.Model):
    """That a person was erased, by whom, and what was done per table. Without a word of the person.

    Unfinished ones are the work that is left: what a killed worker leaves behind, the next one finds here.
    """

    # Whoever was writing when a person was erased is done by then, or was stopped: the last look comes after it.
    SETTLES: ClassVar = timedelta(seconds=60)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="erasure")
    # Of the sign-in, which is gone.
    user_key = models.UUIDField(null=True, editable=False)
    asked_at = models.DateTimeField()
    # As the audit names who acts, such as user:<id>; and for whom they acted.
    by = models.CharField(max_length=200)
    for_person = models.UUIDField(null=True, editable=False)
    # How many rows of each table were erased, and how often each step did something.
    done = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    # Of parts in a row, and the last one's kind: never a value.
    failures = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(finished_at=None), name="erasure_unfinished")
        ]

    def __str__(self) -> str:
        return f"Erasure of {self.person_id}"
