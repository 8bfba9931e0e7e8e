import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from scheduling.models.fields import ZoneField, validate_birth_date
from scheduling.models.resources import Resource
from scheduling.rules.names import full_name
from scheduling.rules.people import Gender
from tenants.brands.models import Brand
from tenants.ids import new_id


class PersonQuerySet(models.QuerySet["Person"]):
    def with_email(self, email: str) -> "PersonQuerySet":
        """Whoever has the address, however it is spelled; by the index of the constraint below."""
        return self.alias(lower_email=Lower("email")).filter(lower_email=email.lower())

    def known(self) -> "PersonQuerySet":
        """Who has not been erased."""
        return self.filter(erased_at=None)


# What an erased person is called where others still see them: beside their own bookings of the past.
ERASED_NAME = "Erased"


class Person(models.Model):
    """A human being, once per tenant. May sign in, be a client and be a staff member, all at once.

    `id` is what every family of endpoints calls the person: userId, patient_id, coachId, provider_id,
    staffId.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, help_text="Their sign-in."
    )
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=16, default="en", help_text="BCP 47, for example en or pt-BR.")
    timezone = ZoneField(help_text="The zone of the times that this person reads.")
    # For what is not open to everybody. Who has not said is let in where all are.
    birth_date = models.DateField(null=True, blank=True, validators=[validate_birth_date])
    gender = models.CharField(max_length=8, blank=True, choices=[(one.value, one.value) for one in Gender])
    # Since when nothing is known of them any more. The row stays: orders and others' bookings point at it.
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["given_name", "family_name"]
        verbose_name_plural = "persons"
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="person_email_unique"),
            # Whoever writes late (an edit that was read before the erasure) is refused by the database.
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(
                    given_name=ERASED_NAME,
                    family_name="",
                    email="",
                    phone="",
                    birth_date=None,
                    gender="",
                    user=None,
                ),
                name="person_erased_is_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return full_name(self.given_name, self.family_name)


class Client(models.Model):
    """Somebody who books: patient, athlete and customer are their names in the families of endpoints."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="client")
    brands = models.ManyToManyField(Brand, related_name="clients")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["person__given_name", "person__family_name"]

    def __str__(self) -> str:
        return self.person.name


class StaffQuerySet(models.QuerySet["StaffMember"]):
    def active(self) -> "StaffQuerySet":
        """Who can be booked."""
        return self.filter(is_active=True, resource__is_active=True)

    def known_as(self, person_id: uuid.UUID) -> "StaffQuerySet":
        return self.filter(person_id=person_id)

    def with_is_in_brand(self, brand_id: uuid.UUID) -> "StaffQuerySet":
        """Adds `is_in_brand`: whether they work for the brand."""
        membership = StaffMember.brands.through.objects.filter(staffmember_id=OuterRef("pk"), brand_id=brand_id)
        return self.annotate(is_in_brand=Exists(membership))


class StaffMember(models.Model):
    """Somebody who is booked: coach, provider, doctor and assistant are their names in the families."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="staff_member")
    resource = models.OneToOneField(Resource, on_delete=models.PROTECT, related_name="staff_member")
    brands = models.ManyToManyField(Brand, related_name="staff")
    title = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["person__given_name", "person__family_name"]

    def __str__(self) -> str:
        return self.person.name
