"""Erasing a person, and giving them what is held about them; the receipts."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.admin_base import BrandScopedAdmin, ReadOnly, WholeTenantOnly
from accounts.admin_sites import tenant_site
from accounts.backends import brands_for
from api.errors import as_domain_error
from api.renderers import dumps
from scheduling.models import Erasure, Person
from scheduling.services.erase_person import erase_person
from scheduling.services.read_personal_data import personal_data
from scheduling.tasks import wake_for_erasure
from tenants.brands.models import Brand
from tenants.errors import DomainError

# Administrators and managers have it, receptionists and coaches don't.
_PERMISSION = "scheduling.delete_person"
_WORD = "erase"


class EraseForm(forms.Form):
    """Nobody erases somebody by a slip of the mouse."""

    confirmed = forms.CharField(max_length=20)

    def clean_confirmed(self) -> str:
        typed: str = self.cleaned_data["confirmed"]
        if typed.strip().lower() != _WORD:
            raise forms.ValidationError(f"Type the word {_WORD}.")
        return typed


class ErasesPersons(BrandScopedAdmin):
    """The buttons 'Export' and 'Erase…' of a person."""

    actions_detail = ("export_person", "erase_person")

    def has_erase_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm(_PERMISSION):
            return False
        if object_id is None:
            return True
        person = self.get_object(request, object_id)
        return person is not None and self.may(request, "delete", person)

    @action(description="Export", permissions=["erase"], icon="download")
    def export_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self._person(request, object_id)
        try:
            data = personal_data(person, for_brand=self._own_brand(request, person))
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self._page_of(person))
        file = HttpResponse(dumps({"person": person.pk, "tables": data}), content_type="application/json")
        file["Content-Disposition"] = f'attachment; filename="person-{date.today():%Y-%m-%d}.json"'  # noqa: DTZ011
        return file

    @action(description="Erase…", permissions=["erase"], icon="person_remove", variant=ActionVariant.DANGER)
    def erase_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A page that says what will happen, and wants a word to be typed."""
        person = self._person(request, object_id)
        form = EraseForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._erased(request, person):
            return HttpResponseRedirect(reverse("admin:scheduling_person_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Erase {person}",
            "subtitle": None,
            "person": person,
            "is_client": hasattr(person, "client"),
            "is_staff": hasattr(person, "staff_member"),
            "is_self": person.user_id is not None and person.user_id == request.user.pk,
            "form": form,
            "word": _WORD,
            "opts": self.opts,
            "back": self._page_of(person),
        }
        return TemplateResponse(request, "admin/erase_person.html", context)

    def _erased(self, request: HttpRequest, person: Person) -> bool:
        if person.user_id is not None and person.user_id == request.user.pk:
            messages.error(request, "That is you. Somebody else has to erase you.")
            return False
        try:
            receipt = erase_person(
                person=person,
                by=f"user:{request.user.pk}",
                for_brand=self._own_brand(request, person),
                now=timezone.now(),
            )
        except (DomainError, Error) as error:
            refusal = as_domain_error(error, method=request.method or "")
            if refusal is None:
                raise
            messages.error(request, str(refusal))
            return False
        wake_for_erasure(receipt.pk)
        messages.success(request, "Erased. What they had ahead is cancelled; the rest is removed within minutes.")
        return True

    def _person(self, request: HttpRequest, object_id: str) -> Person:
        person = self.get_object(request, object_id)
        if person is None:
            raise PermissionDenied
        return person  # type: ignore[no-any-return]

    def _own_brand(self, request: HttpRequest, person: Person) -> UUID | None:
        """One of the viewer's brands in which the person is; None for whoever may do it in all."""
        brands = brands_for(request.user, _PERMISSION)
        if brands is None:
            return None
        own = Brand.objects.filter(pk__in=brands)
        theirs = own.filter(clients__person=person) | own.filter(staff__person=person)
        return theirs.order_by().values_list("pk", flat=True)[0]

    def _page_of(self, person: Person) -> str:
        return reverse("admin:scheduling_person_change", args=[person.pk])


@admin.register(Erasure, site=tenant_site)
class ErasureAdmin(ReadOnly, WholeTenantOnly):
    """Without a name: whoever was erased is a number."""

    list_display = ("person_key", "asked_at", "shown_state", "finished_at", "shown_rows")
    list_display_links = ("person_key",)
    search_fields = ("person__id",)
    search_help_text = "The id that the person had."
    fields = ("person_key", "asked_at", "by", "for_person", "shown_state", "failure", "finished_at", "shown_done")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(_PERMISSION) and super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @display(description="Person", ordering="person_id")
    def person_key(self, receipt: Erasure) -> str:
        return str(receipt.person_id)

    @display(description="State", label={"Done": "success", "Going on": "info", "Held up": "danger"})
    def shown_state(self, receipt: Erasure) -> str:
        if receipt.finished_at:
            return "Done"
        return "Held up" if receipt.failure else "Going on"

    @display(description="Rows erased")
    def shown_rows(self, receipt: Erasure) -> int:
        return sum(receipt.done.values())

    @display(description="What was done")
    def shown_done(self, receipt: Erasure) -> str:
        lines = [(name.replace("_", " "), count) for name, count in sorted(receipt.done.items()) if count]
        listed = format_html_join("", "<li>{}: {}</li>", lines)
        looked_at = len(receipt.done) - len(lines)
        return format_html("<ul>{}</ul><p>Nothing was found in {} other places.</p>", listed, looked_at)
