"""What a tenant's messages say, in its own words."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.models.rules import Rule
from tenants.brands.models import Brand
from tenants.ids import new_id

LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"
MAX_LANGUAGE, MAX_SUBJECT, MAX_TEXT, MAX_HTML = 35, 300, 20_000, 60_000


class TemplateQuerySet(models.QuerySet["Template"]):
    def usable(self, *, brand_ids: set[UUID], languages: set[str]) -> "TemplateQuerySet":
        """Those that some brands may use, in some languages."""
        return self.filter(Q(brand=None) | Q(brand__in=brand_ids), language__in=languages).order_by()

    def note_failure(self, reason: str) -> None:
        """Lets staff know that a message went out with the built-in text instead."""
        self.update(failed_at=Now(), failure=reason[:300])


class Template(models.Model):
    """The words of a rule's messages for one brand, or for all, in one language. Liquid (docs/notifications.md).

    A sent message is not changed with it; what is planned takes the words that there are when it is sent.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="templates")
    brand = models.ForeignKey(
        Brand, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: all brands."
    )
    language = models.CharField(max_length=MAX_LANGUAGE, help_text="BCP 47, for example en, de or pt-BR.")
    subject = models.CharField(max_length=MAX_SUBJECT, help_text="One line.")
    text = models.TextField(max_length=MAX_TEXT)
    html = models.TextField(
        "HTML",
        max_length=MAX_HTML,
        blank=True,
        help_text="For mails. Empty: made of the text. Unless it is a whole page, it stands in the frame of all mails.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    # When a message last could not be written with it, and why. It went out with the built-in text.
    failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    failure = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["rule", "language", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "brand", "language"], nulls_distinct=False, name="template_of_rule_brand_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} ({self.language})"
