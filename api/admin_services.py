"""What the admin's pages share whose forms and buttons call services."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import Error
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import ActionDialog

from accounts.admin_base import BrandScopedAdmin, permission_to
from api.errors import as_domain_error
from tenants.errors import DomainError, GoneError


class ServiceSavedAdmin(ModelAdmin):
    """Its rows are saved and deleted through services.

    What a service refuses to save is shown at the form, which keeps what was typed; what it refuses to delete, or an
    action to do, at the list.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (DomainError, ValidationError, Error) as error:
            request.refusal = _refusal(request, error)  # type: ignore[attr-defined]
        # All was rolled back. Now the form is refused in its validation, and nothing is saved.
        return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change, **kwargs)
        refusal: ValidationError | None = getattr(request, "refusal", None)
        if refusal is None:
            return form

        def clean(form: Any) -> None:
            for name, texts in refusal.message_dict.items():
                field = name.removesuffix("_id")
                form.add_error(field if field in form.fields else None, texts)

        return type(form.__name__, (form,), {"clean": clean})

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        view = super().delete_view
        return self._or_back_to_list(request, lambda: view(request, object_id, extra_context))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        view = super().changelist_view
        return self._or_back_to_list(request, lambda: view(request, extra_context))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Each through its service. What somebody else has deleted meanwhile is deleted."""
        for row in queryset:
            with suppress(GoneError):
                self.delete_model(request, row)

    def _or_back_to_list(self, request: HttpRequest, answer: Callable[[], Any]) -> Any:
        if request.method != "POST":
            return answer()
        try:
            return answer()
        except (DomainError, ValidationError, Error) as error:
            refusal = _refusal(request, error)
        for text in refusal.messages:
            messages.error(request, text)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))


def _refusal(request: HttpRequest, error: Exception) -> ValidationError:
    """What a service refused, by field where it said so. Raises `error` where it was not meant to happen."""
    if isinstance(error, ValidationError):
        return error if hasattr(error, "error_dict") else ValidationError({NON_FIELD_ERRORS: error.messages})
    refusal = as_domain_error(error, method=request.method or "")
    if refusal is None:
        raise error
    return ValidationError(dict(refusal.fields) or {NON_FIELD_ERRORS: [str(refusal)]})


def become(row: Any, made: Model) -> None:
    """Django's admin goes on with the row of its form: it becomes the one that the service has made."""
    row.pk = made.pk
    row.refresh_from_db()


class ActsThroughServices(BrandScopedAdmin):
    """Rows that nobody edits and that change through services, one button each. Buttons name the permission `act`."""

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the viewer may do something about a row, this one if it is named."""
        if not request.user.has_perm(permission_to("change", self.model)):
            return False
        if object_id is None:
            return True
        row = self.get_object(request, object_id)
        return row is not None and self.may(request, "change", row)

    def act(self, request: HttpRequest, object_id: str, do: Callable[[Any], str]) -> bool:
        """Does it and says what was done, or why not; whether it was done."""
        row = self.get_object(request, object_id)
        try:
            done = do(row)
        except (DomainError, Error) as error:
            refusal = as_domain_error(error, method=request.method or "")
            if refusal is None:
                raise
            messages.error(request, str(refusal))
            return False
        messages.success(request, done)
        return True

    def act_from_dialog(self, request: HttpRequest, object_id: str, do: Callable[[Any], str]) -> HttpResponse:
        """As `act`, and back to the row's page."""
        self.act(request, object_id, do)
        # The dialog was sent by htmx, which takes the page to where this says.
        return HttpResponse(headers={"HX-Redirect": self.page_of(object_id)})

    def page_of(self, object_id: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])


def confirmation(*, title: str, description: str, submit: str, form: Any = None) -> ActionDialog:
    """What a button asks before it acts."""
    return {"title": title, "description": description, "form_class": form, "form_submit_text": submit}
