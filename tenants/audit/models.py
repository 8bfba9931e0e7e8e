from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class AuditEntry(models.Model):
    """One change of one row. Written by the trigger of its table and nothing else; never changed or removed.

    `old` and `new` hold what is not personal: of an update the fields that changed, else all that are not null.
    `fields` names those, the personal and the secret ones. Order by `id`: within a tenant it is the order
    in which the changes were made, and `at` is the time of the transaction.
    """

    class Operation(models.TextChoices):
        INSERT = "insert", "Created"
        UPDATE = "update", "Changed"
        DELETE = "delete", "Deleted"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    # The kind of the row and its key; then the thing that it is part of, such as the user of a role.
    kind = models.CharField(max_length=32)
    object_id = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    operation = models.CharField(max_length=8, choices=Operation.choices)
    fields = ArrayField(models.TextField())
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    # user:<id>, application:<id>, task:<name>, command:<name>; database:<role> where nobody signed.
    actor = models.CharField(max_length=200)
    request_id = models.CharField(max_length=128, blank=True)
    # No foreign key: an entry outlives the brand, and the check would cost every booking a look-up.
    brand_id = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["subject_id", "id"], name="audit_entry_of_subject"),
            models.Index(fields=["kind", "id"], name="audit_entry_of_kind"),
            models.Index(fields=["actor", "id"], name="audit_entry_by_actor"),
            BrinIndex(fields=["at"], name="audit_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_operation_display()} {self.kind} {self.object_id}"


class AuditPersonal(models.Model):
    """The personal values of a change. Cleared when the person they are about is erased; the entry stays."""

    entry = models.OneToOneField(
        AuditEntry, primary_key=True, on_delete=models.DO_NOTHING, related_name="personal", db_constraint=False
    )
    owner = models.CharField(max_length=100, help_text="Whose values these are, such as client:7.")
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner"], name="audit_personal_of_owner")]

    def __str__(self) -> str:
        return f"{self.owner}, entry {self.entry_id}"
