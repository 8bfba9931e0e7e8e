from typing import ClassVar

from django.db import models


class IdempotencyRecord(models.Model):
    """An answer that was given once under an `Idempotency-Key` and is given again for the same request."""

    id = models.BigAutoField(primary_key=True)
    principal = models.CharField(max_length=80)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    # SHA-256 of method, path, query, body, for whom and for which brand.
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["principal", "route", "key"], name="idempotency_key_unique")
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.created_at}"
